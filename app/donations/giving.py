"""Giving once: a pledge is made before anyone goes to Stripe, and the same form sent twice is one pledge."""

from sqlalchemy import select, update

from app.appeals.appeal import Appeal
from app.donations import pledging
from app.donations.donation import ABANDONED, PLEDGED, RECEIVED, Donation
from app.donations.pledging import AppealClosed, Gift
from app.extensions import db
from app.payments.checkout import CheckoutRequest

__all__ = ["AppealClosed", "Gift"]


def pledge(appeal: Appeal, gift: Gift, nonce: str) -> Donation:
    """Record that somebody is about to give once; see `pledging.pledge`, which says what it raises."""
    return pledging.pledge(Donation, appeal, gift, nonce)


def checkout_request(donation: Donation, appeal: Appeal, *, success_url: str, cancel_url: str) -> CheckoutRequest:
    """What Stripe is asked for, for this donation: always the same, so that its idempotency key holds."""
    assert donation.email is not None  # noqa: S101 - a pledge has one until it is erased
    return CheckoutRequest(
        reference=donation.reference,
        amount=donation.amount,
        what_for=appeal.title,
        email=donation.email,
        success_url=success_url,
        cancel_url=cancel_url,
    )


def abandon(reference: str) -> bool:
    """Note that a pledge was not paid; what has been received stays received. False when there is no such pledge."""
    result = db.session.execute(
        update(Donation)
        .where(Donation.reference == reference, Donation.state == PLEDGED)
        .values(state=ABANDONED)
        .returning(Donation.id)
    )
    return result.first() is not None


def is_received(reference: str) -> bool:
    """Whether the donation with this reference has been received."""
    return db.session.scalar(select(Donation.state).where(Donation.reference == reference)) == RECEIVED
