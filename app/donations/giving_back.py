"""Giving back: refunds and what comes back of them, booked on the account where the gift had been received."""

from app.donations import movements
from app.ledger import tracing
from app.payments.refund import Refund


def book(refund: Refund) -> None:
    """Book a refund's movements as far as Stripe has made them: the money that left, and the money that returned when
    the refund failed. The charge itself has been booked before. The caller commits."""
    received = tracing.moved_by(f"stripe:{refund.charge.charge_id}:received")
    if received is None:
        return
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
