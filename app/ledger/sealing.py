"""Sealing: whatever is committed and not yet sealed is appended to the chain, in one order for everyone to check."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, insert, select, text

from app import clock
from app.extensions import db
from app.ledger.seal import BEGINNING, Seal, SealedThrough

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
