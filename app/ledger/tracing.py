"""Tracing: what an entry moved, for those who have to book what follows from it."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select

from app.extensions import db
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.money import Money

# Built once: to build a statement costs more than to run it (docs/performance.md).
_MOVED_BY = (
    select(
        Entry.id,
        Entry.subject,
        Transfer.from_account_id,
        Transfer.to_account_id,
        Transfer.amount_minor,
        Transfer.currency,
        Account.code,
    )
    .join(Transfer, (Transfer.entry_id == Entry.id) & (Transfer.line == 1))
    .join(Account, Account.id == Transfer.to_account_id)
    .where(Entry.source == bindparam("source"))
)


@dataclass(frozen=True, slots=True)
class Moved:
    """The first transfer of an entry: from which account to which, how much, and what the entry was about."""

    entry_id: int
    from_id: int
    to_id: int
    to_code: str
    amount: Money
    subject: str


def moved_by(source: str) -> Moved | None:
    """What the entry with this source moved, or `None` when nothing has been posted for it."""
    row = db.session.execute(_MOVED_BY, {"source": source}).first()
    if row is None:
        return None
    amount = Money(row.amount_minor, row.currency)
    return Moved(row.id, row.from_account_id, row.to_account_id, row.code, amount, row.subject)
