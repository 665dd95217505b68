"""Reading one entry: what it moved, what caused it, what it reverses and what reversed it, and why.

Tracing: what an entry moved, for those who have to book what follows from it.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.ledger import journal, reasons
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.ledger.journal import JournalLine
from app.money import Money
from app.subject import Subject


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry with its lines; `reversed_by` is the number of the entry that undid it."""

    entry: Entry
    lines: list[JournalLine]
    reversed_by: int | None
    reason: str | None


def read(number: int, account_ids: Collection[int] | None = None) -> ReadEntry | None:
    """The entry with this number; with accounts given, only what it did to them. `None` when there is nothing."""
    entry = db.session.get(Entry, number)
    if entry is None:
        return None
    found = journal.lines(journal.JournalFilter(account_ids=None if account_ids is None else frozenset(account_ids)))
    rows = db.session.execute(found.where(Entry.__table__.c.id == number).order_by("line"))
    lines = [journal.line_of(row) for row in rows]
    if not lines:
        return None
    reversed_by = db.session.scalar(select(Entry.id).where(Entry.reverses_id == number))
    return ReadEntry(entry, lines, reversed_by, reasons.of(number))


# Built once: to build a statement costs more than to run it (docs/performance.md).
_GIVER, _TAKER = aliased(Account), aliased(Account)
_MOVED_BY = (
    select(
        Entry.id,
        Entry.subject,
        _GIVER.code.label("from_code"),
        _TAKER.code.label("to_code"),
        Transfer.amount_minor,
        Transfer.currency,
    )
    .join(Transfer, (Transfer.entry_id == Entry.id) & (Transfer.line == 1))
    .join(_GIVER, _GIVER.id == Transfer.from_account_id)
    .join(_TAKER, _TAKER.id == Transfer.to_account_id)
    .where(Entry.source == bindparam("source"))
)


@dataclass(frozen=True, slots=True)
class FirstTransfer:
    """The first transfer of an entry: from which account to which, how much, and what the entry was about."""

    entry_id: int
    from_code: str
    to_code: str
    amount: Money
    subject: Subject


def moved_by(source: str) -> FirstTransfer | None:
    """What the entry with this source moved, or `None` when nothing has been posted for it."""
    row = db.session.execute(_MOVED_BY, {"source": source}).first()
    if row is None:
        return None
    amount = Money(row.amount_minor, row.currency)
    return FirstTransfer(row.id, row.from_code, row.to_code, amount, Subject.parse(row.subject))
