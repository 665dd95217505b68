"""Digests of entries: everything an entry says, with its transfers and the codes of their accounts, in one hash.

The database writes each row out as one text, because to take sixteen values of a million rows apart and put them
together again here costs more than to hash them (docs/performance.md). The text is the same on both databases.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import TextClause, select, text

from app.extensions import db
from app.ledger.entries import Entry
from app.ledger.sealing import Sealable


class _Dialect(NamedTuple):
    """How one database fills in a form, writes an instant and a day, and is given many ids at once."""

    fill_in: str
    instant: str
    day: str
    ids: str


_DIALECTS = {
    "sqlite": _Dialect("printf", "replace({}, ' ', 'T') || '+00:00'", "{}", "SELECT value FROM json_each(:ids)"),
    "postgresql": _Dialect(
        "format",
        """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"')""",
        "to_char({}, 'YYYY-MM-DD')",
        "SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:ids AS json))",
    ),
}
# What an entry says, in the order in which it is hashed; nothing stands for a value that is missing.
_SAID = (
    "e.id", "e.source", "e.kind", "e.subject", "e.memo", "e.lines", "{occurred_at}", "{recorded_at}", "{booked_on}",
    "r.source", "e.recorded_by", "t.line", "f.code", "g.code", "t.currency", "t.amount_minor",
)  # fmt: skip
_FORM = "\x1f".join(["%s"] * len(_SAID))
# One row a transfer; an entry without any would still show, as a row of its own without a line.
_ENTRIES = """
    SELECT e.id, {said} FROM entries e LEFT JOIN transfers t ON t.entry_id = e.id
    LEFT JOIN accounts f ON f.id = t.from_account_id LEFT JOIN accounts g ON g.id = t.to_account_id
    LEFT JOIN entries r ON r.id = e.reverses_id
    WHERE e.id IN ({ids}) ORDER BY e.id, t.line
"""


def _rows(dialect: _Dialect) -> TextClause:
    said = ", ".join(_SAID).format(
        occurred_at=dialect.instant.format("e.occurred_at"),
        recorded_at=dialect.instant.format("e.recorded_at"),
        booked_on=dialect.day.format("e.booked_on"),
    )
    said = f"{dialect.fill_in}(:form, {said})"
    return text(_ENTRIES.format(said=said, ids=dialect.ids))


_ROWS = {name: _rows(dialect) for name, dialect in _DIALECTS.items()}


def of_entries(ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The digests of these entries, in the order of their ids, computed from the rows as they are now."""
    given = {"form": _FORM, "ids": json.dumps(list(ids))}
    rows = db.session.execute(_ROWS[db.engine.dialect.name], given).all()
    for entry_id, lines in groupby(rows, key=itemgetter(0)):
        yield entry_id, hashlib.sha256("\x1e".join([said for _, said in lines]).encode()).hexdigest()


ENTRIES = Sealable("entry", select(Entry.id), of_entries, made_at=Entry.__table__.c.recorded_at)
