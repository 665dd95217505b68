"""Giving back: refunds and what comes back of them, booked on the account where the gift had been received."""

from app.donations import movements
from app.emails import email
from app.ledger import reading
from app.payments.objects import Refund

# The kinds of letters that tell the giver.
REFUND, REFUND_FAILED = "refund", "refund_failed"


def book(refund: Refund) -> None:
    """Book a refund's movements as far as Stripe has made them: the money that left, and the money that returned when
    the refund failed; the giver is told of both. The charge itself has been booked before. The caller commits."""
    received = reading.moved_by(f"stripe:{refund.charge.charge_id}:received")
    if received is None:
        return
    if refund.given_back is not None and refund.came_back is None:
        email.ask(REFUND, f"refund:{refund.refund_id}", "given back")
    if refund.came_back is not None:
        email.ask(REFUND_FAILED, f"refund:{refund.refund_id}", "came back")
    if refund.given_back is not None:
        movements.book(
            refund.given_back,
            other=received.from_id,
            worth=-refund.amount,
            kind="refund",
            memo="refund",
            subject=received.subject,
        )
    if refund.came_back is not None:
        movements.book(
            refund.came_back,
            other=received.from_id,
            worth=refund.amount,
            kind="refund-returned",
            memo="refund that failed",
            subject=received.subject,
        )
