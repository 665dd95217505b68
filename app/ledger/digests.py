"""Digests of entries: everything an entry says, with its transfers and the codes of their accounts, in one hash."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.ledger.sealing import Sealable

_from, _to = aliased(Account), aliased(Account)
_reversed = aliased(Entry)

# One row a transfer; an entry without any would still show, as a row of its own without a line.
_ROWS: Any = (
    select(
        Entry.id, Entry.source, Entry.kind, Entry.subject, Entry.memo, Entry.lines, Entry.occurred_at,
        Entry.recorded_at, Entry.booked_on, _reversed.source.label("reverses"), Entry.recorded_by,
        Transfer.line, _from.code.label("from_code"), _to.code.label("to_code"), Transfer.currency,
        Transfer.amount_minor,
    )
    .outerjoin(Transfer, Transfer.entry_id == Entry.id)
    .outerjoin(_from, _from.id == Transfer.from_account_id)
    .outerjoin(_to, _to.id == Transfer.to_account_id)
    .outerjoin(_reversed, _reversed.id == Entry.reverses_id)
    .order_by(Entry.id, Transfer.line)
)  # fmt: skip


def of_entries(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The digests of these entries, in the order of their ids, computed from the rows as they are now."""
    yield from digested(db.session.execute(_ROWS.where(Entry.id.in_(ids))))


def digested(rows: Any) -> Iterator[tuple[int, str]]:
    """(entry's id, digest) for rows of one transfer each, ordered by entry and line."""
    for entry_id, lines in groupby(rows, key=itemgetter(0)):
        written = "\x1e".join("\x1f".join(map(_written, line)) for line in lines)
        yield entry_id, hashlib.sha256(written.encode()).hexdigest()


def _written(value: object) -> str:
    """A value as it is hashed: the same on both databases, whatever their drivers give."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value.isoformat() if isinstance(value, date) else str(value)


ENTRIES = Sealable("entry", select(Entry.id), of_entries, made_at=Entry.__table__.c.recorded_at)
