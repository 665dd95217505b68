"""What is kept of a donation: what the books say it brought, less what went back, for whatever reason."""

from sqlalchemy import BindParameter, bindparam, case, func, or_, select

from app.donations import by_hand
from app.donations.donation import CARD, Donation
from app.extensions import db
from app.ledger import tracing
from app.ledger.entries import Entry, Transfer
from app.money import Money

# Built once: to build a statement costs more than to run it (docs/performance.md).
_OURS: BindParameter[int] = bindparam("ours")
_KEPT = (
    select(func.sum(case((Transfer.from_account_id == _OURS, Transfer.amount_minor), else_=-Transfer.amount_minor)))
    .join(Entry, Entry.id == Transfer.entry_id)
    .where(
        Entry.subject == bindparam("subject"),
        or_(Transfer.from_account_id == _OURS, Transfer.to_account_id == _OURS),
    )
)


def of(donation: Donation) -> Money:
    """What is kept of a received donation: over the entries about it, what left the account it was received on (its
    appeal's income), less what came back there. Refunds and lost disputes lower it, a refund that failed raises it.
    One that did not come by card is kept whole, until it bounces or is reversed.
    """
    if donation.method != CARD:
        return by_hand.kept(donation)
    received = tracing.moved_by(f"stripe:{donation.charge_id}:received")
    if received is None:
        return donation.amount
    total = db.session.scalar(_KEPT, {"ours": received.from_id, "subject": received.subject})
    return Money(int(total or 0), received.amount.currency)
