"""What is kept of a donation: what the books say it brought, less what went back, for whatever reason."""

from sqlalchemy import case, func, select

from app.donations.donation import Donation
from app.extensions import db
from app.ledger import tracing
from app.ledger.entries import Entry, Transfer
from app.money import Money


def of(donation: Donation) -> Money:
    """What is kept of a received donation: over the entries about it, what left the account it was received on (its
    appeal's income), less what came back there. Refunds and lost disputes lower it, a refund that failed raises it.
    """
    received = tracing.moved_by(f"stripe:{donation.charge_id}:received")
    if received is None:
        return donation.amount
    ours = received.from_id
    worth = case((Transfer.from_account_id == ours, Transfer.amount_minor), else_=-Transfer.amount_minor)
    total = db.session.scalar(
        select(func.sum(worth))
        .join(Entry, Entry.id == Transfer.entry_id)
        .where(Entry.subject == received.subject, (Transfer.from_account_id == ours) | (Transfer.to_account_id == ours))
    )
    return Money(int(total or 0), received.amount.currency)
