"""Returned debits: one that had been received and that the giver's bank took back, booked like a lost dispute."""

from sqlalchemy import update

from app.donations import movements
from app.donations.donation import Donation
from app.emails import email
from app.extensions import db
from app.ledger import reading
from app.payments.objects import Charge

# The letter that tells the giver.
GIFT_RETURNED = "gift-returned"


def book(charge: Charge) -> None:
    """Take a debit that was returned off the account where it had been received, by its own movement, and tell the
    giver once. The charge itself has been booked before. Booking it again changes nothing; the caller commits."""
    received = reading.moved_by(f"stripe:{charge.charge_id}:received")
    if charge.returned is None or received is None:
        return
    settled_here = charge.returned.amount.currency == received.amount.currency
    movements.book(
        charge.returned,
        other=received.from_id,
        worth=charge.returned.amount if settled_here else -received.amount,
        kind="debit-returned",
        memo="debit returned by the giver's bank",
        subject=received.subject,
    )
    db.session.execute(
        update(Donation)
        .where(Donation.charge_id == charge.charge_id, Donation.returned_at.is_(None))
        .values(returned_at=charge.returned.created_at)
    )
    if received.subject.startswith("donation:"):
        email.ask(GIFT_RETURNED, received.subject, charge.returned.txn_id)
