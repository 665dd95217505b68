"""Where a thing is found in Stripe's own Dashboard, which has a page for each of its objects.

The addresses of test mode have a part of their own (docs.stripe.com/keys, on test mode and its Dashboard).
"""

_DASHBOARD = "https://dashboard.stripe.com"

# What the beginning of an object's id says of where it stands.
_PLACES = {
    "ch": "payments",
    "py": "payments",
    "pi": "payments",
    "dp": "disputes",
    "du": "disputes",
    "po": "payouts",
    "sub": "subscriptions",
    "evt": "events",
    "cus": "customers",
}


def address_of(object_id: str, *, live: bool) -> str | None:
    """The page of an object ('dp_…'), in live or in test mode; nothing for one that has no page of its own."""
    place = _PLACES.get(object_id.partition("_")[0])
    if place is None or not object_id.replace("_", "").isalnum():
        return None
    return "/".join([_DASHBOARD, *([] if live else ["test"]), place, object_id])
