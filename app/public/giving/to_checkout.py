"""The way to Stripe's page, for a gift and for a monthly plan: committed first, asked for under a stored key.

How often anybody may start a gift: by one network address, under one email address, on the whole site.
"""

from datetime import timedelta

from flask import current_app, request, url_for

from app import limits
from app.appeals.appeal import Appeal
from app.donations import checkout as donations_checkout
from app.donations.donation import Donation
from app.donations.plans import planning
from app.donations.plans.plan import Plan
from app.payments.checkout import CheckoutRequest
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable
from app.services import services
from app.writing import writing


def own_page(pledged: Donation | Plan, view: str = "show") -> str:
    """The path of the page where the giver waits, or of `view` beside it."""
    pages = "monthly" if isinstance(pledged, Plan) else "donations"
    return url_for(f"public.{pages}.{view}", reference=pledged.reference)


def address(pledged: Donation | Plan, appeal: Appeal) -> str | None:
    """Where this pledge is paid; `None` when the page cannot be opened now. Must be called with no transaction open.

    Raises `PaymentsRefused`.
    """
    if pledged.checkout_url is not None:
        return pledged.checkout_url
    gateway = services().gateway
    try:
        checkout = gateway.open_checkout(_wanted(pledged, appeal), pledged.checkout_key)
    except PaymentsUnavailable as failure:
        if failure.outcome_stored:
            with writing():
                donations_checkout.renew_checkout_key(pledged)
        return None
    except PaymentsRefused as refusal:
        # The row's number and not the reference: that is the key to the page of the gift.
        row = f"{pledged.__tablename__} {pledged.id}"
        current_app.logger.error("Checkout was refused for the pledge in %s: %s", row, refusal)
        raise
    with writing():
        donations_checkout.checkout_opened(pledged, checkout)
    return pledged.checkout_url


def _wanted(pledged: Donation | Plan, appeal: Appeal) -> CheckoutRequest:
    settings = services().settings
    success, cancel = (settings.base_url + own_page(pledged, view) for view in ("show", "cancelled"))
    if isinstance(pledged, Plan):
        return planning.checkout_request(pledged, appeal, success_url=success, cancel_url=cancel)
    return donations_checkout.checkout_request(pledged, appeal, success_url=success, cancel_url=cancel)


# In ten minutes. High enough for a full meeting hall behind one address, low enough to make testing stolen cards slow.
_WINDOW = timedelta(minutes=10)
_MOST = {"address": 30, "email": 8, "site": 600}


def too_often(email: str) -> bool:
    """Count this attempt, and say whether its address, its email or the whole site has made too many; the caller
    commits."""
    settings = services().settings
    secret = settings.secret_key
    tried = {"address": limits.network_of(request.remote_addr or ""), "email": email.casefold(), "site": ""}
    # One after the other: whoever is refused already must not use up what the whole site has.
    return any(
        limits.count(f"give-{what}", who, within=_WINDOW, secret=secret) > _MOST[what] for what, who in tried.items()
    )
