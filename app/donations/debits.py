"""Delayed payments: a debit that a giver's bank has been asked for, and that comes days later, or does not come.

While it is on its way there is no income, no receipt and no thanks. Its state follows from when Stripe says that it
was begun and when that it failed, so the order in which the news comes makes no difference.

Returned debits: one that had been received and that the giver's bank took back, booked like a lost dispute.
"""

from datetime import datetime

from sqlalchemy import select, update

from app.database import db, read_locked
from app.donations import movements
from app.donations.donation import FAILED, ON_ITS_WAY, RECEIVED, Donation
from app.donations.plans import payments
from app.emails import email
from app.ledger import posting
from app.payments.objects import Charge, Transaction
from app.subject import Subject

# The email that tells the giver that the money did not come.
GIFT_FAILED = "gift-failed"


def under_way(charge: Charge) -> None:
    """Note that a charge is pending: the money is on its way. A plan's charge is a donation from now on. The caller
    commits."""
    reference = charge.donation or payments.donation_of(charge)
    if reference is not None:
        begun(reference, charge.created_at, charge.paid_by)


def begun(reference: str, moment: datetime, paid_by: str | None = None) -> None:
    """Note that a payment was accepted at a moment and will take days; the caller commits."""
    gift = _not_received(reference)
    if gift is None:
        return
    gift.on_its_way_at = max(gift.on_its_way_at or moment, moment)
    gift.paid_by = paid_by or gift.paid_by
    _settle_state(gift)


def declined(reference: str, moment: datetime) -> None:
    """Note that an attempt to pay was declined at a moment; one that was on its way has failed. The caller commits."""
    gift = _not_received(reference)
    if gift is not None:
        gift.declined_at = max(gift.declined_at or moment, moment)
        _settle_state(gift)


def failed(reference: str, moment: datetime) -> None:
    """Note that a payment that takes days has failed at a moment, whether or not it was heard of before; the caller
    commits."""
    gift = _not_received(reference)
    if gift is not None:
        gift.on_its_way_at = max(gift.on_its_way_at or moment, moment)
        gift.declined_at = max(gift.declined_at or moment, moment)
        _settle_state(gift)


def _settle_state(gift: Donation) -> None:
    """A gift that was on its way has failed when that was said later than that it is on its way."""
    if gift.on_its_way_at is not None:
        came_to_nothing = gift.declined_at is not None and gift.declined_at >= gift.on_its_way_at
        gift.state = FAILED if came_to_nothing else ON_ITS_WAY
        if came_to_nothing:
            email.ask(GIFT_FAILED, Subject("donation", gift.reference), "failed")
    db.session.flush()


def _not_received(reference: str) -> Donation | None:
    """The gift, locked, unless it has been received: that is final."""
    gift = select(Donation).where(Donation.reference == reference, Donation.state != RECEIVED)
    return read_locked(gift).one_or_none()


# The email that tells the giver.
GIFT_RETURNED = "gift-returned"


def book(charge: Charge, returned: Transaction) -> None:
    """Take a debit, which was `returned`, off the account where it had been received, by its own movement, and tell the
    giver once. The charge itself has been booked before. Booking it again changes nothing; the caller commits."""
    received = posting.moved_by(f"stripe:{charge.charge_id}:received")
    if received is None:
        return
    settled_here = returned.amount.currency == received.amount.currency
    movements.book(
        returned,
        other=received.from_code,
        worth=returned.amount if settled_here else -received.amount,
        kind="debit-returned",
        memo="debit returned by the giver's bank",
        subject=received.subject,
    )
    db.session.execute(
        update(Donation)
        .where(Donation.charge_id == charge.charge_id, Donation.returned_at.is_(None))
        .values(returned_at=returned.created_at)
    )
    if received.subject.kind == "donation":
        email.ask(GIFT_RETURNED, received.subject, returned.txn_id)
