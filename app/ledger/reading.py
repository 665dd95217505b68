"""Reading one entry: what it moved, what caused it, what it reverses and what reversed it, and why."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from app.extensions import db
from app.ledger import journal, reasons
from app.ledger.entries import Entry
from app.ledger.journal import JournalLine


@dataclass(frozen=True, slots=True)
class Read:
    """An entry with its lines; `reversed_by` is the number of the entry that undid it."""

    entry: Entry
    lines: list[JournalLine]
    reversed_by: int | None
    reason: str | None


def read(number: int, account_ids: Collection[int] | None = None) -> Read | None:
    """The entry with this number; with accounts given, only what it did to them. `None` when there is nothing."""
    entry = db.session.get(Entry, number)
    if entry is None:
        return None
    found = journal.lines(journal.Wanted(account_ids=None if account_ids is None else frozenset(account_ids)))
    rows = db.session.execute(found.where(Entry.__table__.c.id == number).order_by("line"))
    lines = [journal.line_of(row) for row in rows]
    if not lines:
        return None
    reversed_by = db.session.scalar(select(Entry.id).where(Entry.reverses_id == number))
    return Read(entry, lines, reversed_by, reasons.of(number))
