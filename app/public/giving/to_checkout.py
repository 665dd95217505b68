"""The way to Stripe's page, for a gift and for a monthly plan: committed first, asked for under a stored key."""

from flask import current_app, url_for

from app.appeals.appeal import Appeal
from app.database import writing
from app.donations import checkout as donations_checkout
from app.donations.donation import Donation
from app.donations.plans import planning
from app.donations.plans.plan import Plan
from app.payments.checkout import CheckoutRequest
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable
from app.services import services


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
