"""Fees: what a charge brought to the Stripe account and what Stripe kept of it, booked when Stripe makes it known."""

from app.donations import movements
from app.ledger import reading
from app.payments.objects import Charge


def book_settlement(charge: Charge) -> None:
    """Book the movement that settled a charge, when it is known: the fee, and the exchange where there was one.

    The charge itself has been booked before. Booking it again changes nothing; the caller commits.
    """
    if charge.transaction is None:
        return
    received = reading.moved_by(f"stripe:{charge.charge_id}:received")
    if received is None:
        return
    settled_here = received.to_code == f"assets:stripe:{charge.transaction.amount.currency}"
    movements.book(
        charge.transaction,
        other=received.to_id,
        worth=received.amount,
        kind="settled",
        memo="charge settled",
        subject=received.subject,
        already=[received.entry_id] if settled_here else [],
    )
