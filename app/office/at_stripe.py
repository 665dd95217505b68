"""The page of Stripe's Dashboard where a thing is found, in the mode of the books' own key."""

from app.payments import dashboard
from app.services import services


def at_stripe(object_id: str) -> str | None:
    """The address of the page of an object ('dp_…'), or nothing when it has none."""
    settings = services().settings
    return dashboard.address_of(object_id, live=settings.live)
