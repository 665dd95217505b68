"""The way to Stripe's page, for a gift and for a monthly plan: committed first, asked for under a stored key."""

from flask import current_app

from app.donations import pledging
from app.donations.donation import Donation
from app.donations.plan import Plan
from app.payments.checkout import CheckoutRequest
from app.payments.gateway import Gateway, PaymentsRefused, PaymentsUnavailable
from app.writing import writing


def address(pledged: Donation | Plan, wanted: CheckoutRequest) -> str | None:
    """Where this pledge is paid; `None` when the page cannot be opened now. Must be called with no transaction open."""
    if pledged.checkout_url is not None:
        return pledged.checkout_url
    gateway: Gateway = current_app.extensions["gateway"]
    try:
        checkout = gateway.open_checkout(wanted, pledged.checkout_key)
    except PaymentsUnavailable as failure:
        if failure.outcome_stored:
            with writing():
                pledging.renew_checkout_key(pledged)
        return None
    except PaymentsRefused as refusal:
        current_app.logger.error("Checkout was refused for the pledge %s: %s", pledged.reference, refusal)
        return None
    with writing():
        pledging.checkout_opened(pledged, checkout)
    return pledged.checkout_url
