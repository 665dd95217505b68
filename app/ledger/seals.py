"""A seal: one link of the chain that shows tampering. It holds hashes alone, so erasing a person leaves it whole.

Sealing: whatever is committed and not yet sealed is appended to the chain, in one order for everyone to check.

Digests of entries: everything an entry says, with its transfers and the codes of their accounts, in one hash.

The database writes each row out as one text, because to take sixteen values of a million rows apart and put them
together again here costs more than to hash them (docs/performance.md). The text is the same on both databases.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from sqlalchemy import CheckConstraint, ColumnElement, Index, Select, String, TextClause, func, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db
from app.ledger.entries import Entry

# What the first seal of a chain follows.
BEGINNING = "0" * 64


class Seal(Base):
    """The `digest` of one row elsewhere (`subject` names its table, `subject_id` its id), chained to the seal before.

    `hash` covers the place in the chain, the subject, the digest and the hash before it. The order is `seq`, without
    a gap: rows are sealed in the order in which their commits were seen, which need not be that of their ids.
    """

    __tablename__ = "seals"
    __table_args__ = (
        CheckConstraint("seq > 0", name="seq"),
        Index("uq_seals_subject", "subject", "subject_id", unique=True),
    )

    seq: Mapped[int] = mapped_column(Key, primary_key=True, autoincrement=False)
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Key)
    digest: Mapped[str] = mapped_column(String(64))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]


class SealedThrough(Base):
    """Up to which id a table is known to be sealed, so that the search for new rows does not grow with the books.

    Ids may commit out of order, so `through_id` follows an hour behind: no transaction of ours lives that long.
    """

    __tablename__ = "sealed_through"

    subject: Mapped[str] = mapped_column(String(20), primary_key=True)
    through_id: Mapped[int] = mapped_column(Key)
    next_id: Mapped[int] = mapped_column(Key)
    noted_at: Mapped[datetime]


# Longer than any transaction of ours may live; see SealedThrough.
_SETTLED_AFTER = timedelta(hours=1)

# The name of the lock that makes one sealer of many on PostgreSQL.
_ONE_SEALER = 7240


@dataclass(frozen=True, slots=True)
class Sealable:
    """A table whose rows are sealed: its name in the chain, which ids may be sealed by now, and their digests.

    `ids` selects the ids that are ready; `digests` yields (id, digest) for a run of ids, from the rows as they are.
    Rows are mostly ready as soon as they are committed; a table whose rows become ready later, in any order, is
    searched as a whole (`in_order` false). `made_at` is the column that says when a row was made, if it has one.
    Rows of a `late` kind were there before any of them was sealed: until the sealer has come to the last of these,
    those that are older than the kind's first seal are missing no seal.
    """

    subject: str
    ids: Select[int]
    digests: Callable[[Sequence[int]], Iterable[tuple[int, str]]]
    in_order: bool = True
    made_at: ColumnElement[datetime] | None = None
    late: bool = False


def digest_of(values: Iterable[object]) -> str:
    """The digest of a row: SHA-256 over what it says, value by value; nothing stands for a value that is missing."""
    return hashlib.sha256("\x1f".join("" if each is None else str(each) for each in values).encode()).hexdigest()


def seal_all(sealables: Sequence[Sealable], most: int = 5000) -> int:
    """Append what is not sealed yet, at most `most` rows of each table; how many were sealed. The caller commits."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _ONE_SEALER})
    seq, last = head()
    moment, rows = clock.now(), []
    for sealable in sealables:
        for subject_id, digest in _unsealed(sealable, most):
            seq += 1
            this = link(seq, sealable.subject, subject_id, digest, last)
            rows.append(
                {
                    "seq": seq,
                    "subject": sealable.subject,
                    "subject_id": subject_id,
                    "digest": digest,
                    "previous": last,
                    "hash": this,
                    "sealed_at": moment,
                }
            )
            last = this
    if rows:
        db.session.execute(insert(Seal), rows)
    return len(rows)


def head() -> tuple[int, str]:
    """The last seal's place and hash: what the nightly statement carries away, and `verify --head` is given again."""
    found = db.session.execute(select(Seal.seq, Seal.hash).order_by(Seal.seq.desc()).limit(1)).first()
    return (0, BEGINNING) if found is None else (found.seq, found.hash)


def link(seq: int, subject: str, subject_id: int, digest: str, previous: str) -> str:
    """The hash of one seal: SHA-256 over its place, its subject, the digest and the hash before it."""
    return hashlib.sha256(f"{seq}|{subject}|{subject_id}|{digest}|{previous}".encode()).hexdigest()


def _unsealed(sealable: Sealable, most: int) -> Iterator[tuple[int, str]]:
    through = _through(sealable) if sealable.in_order else 0
    ids = list(db.session.scalars(_waiting(sealable, through).limit(most)))
    yield from sealable.digests(ids) if ids else ()


def _through(sealable: Sealable) -> int:
    """The id up to which nothing can be unsealed any more; moved on when its hour is over."""
    mark = db.session.get(SealedThrough, sealable.subject)
    moment = clock.now()
    if mark is None:
        mark = SealedThrough(subject=sealable.subject, through_id=0, next_id=0, noted_at=moment)
        db.session.add(mark)
    elif mark.noted_at <= moment - _SETTLED_AFTER:
        oldest_waiting = db.session.scalar(_waiting(sealable, mark.through_id).limit(1))
        upper = mark.next_id if oldest_waiting is None else min(mark.next_id, oldest_waiting - 1)
        newest = select(func.max(Seal.subject_id)).where(Seal.subject == sealable.subject)
        mark.through_id = max(mark.through_id, upper)
        mark.next_id, mark.noted_at = db.session.scalar(newest) or 0, moment
    return mark.through_id


def _waiting(sealable: Sealable, through: int) -> Select[int]:
    """The rows past the mark that are ready and not sealed yet, oldest first."""
    column = sealable.ids.selected_columns[0]
    sealed = select(Seal.seq).where(Seal.subject == sealable.subject, Seal.subject_id == column)
    return sealable.ids.where(column > through, ~sealed.exists()).order_by(column)


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
    "e.id",
    "e.source",
    "e.kind",
    "e.subject",
    "e.memo",
    "e.lines",
    "{occurred_at}",
    "{recorded_at}",
    "{booked_on}",
    "r.source",
    "e.recorded_by",
    "t.line",
    "f.code",
    "g.code",
    "t.currency",
    "t.amount_minor",
)
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
