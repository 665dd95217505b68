"""Checking the chain of seals: every link, every sealed row against its digest, every old row for its seal."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select

from app import clock
from app.database import db
from app.ledger.seals import BEGINNING, Seal, Sealable, SealedThrough, link
from app.ledger.verifying import Fault

# A million seals pass through here: the table's columns instead of objects, a statement that is built once, and runs so
# short that their rows are gone before the garbage collector looks at everything there is because of them.
_C = Seal.__table__.c
_RUN = (
    select(_C.seq, _C.subject, _C.subject_id, _C.digest, _C.previous, _C.hash)
    .where(_C.seq >= bindparam("first"))
    .order_by(_C.seq)
    .limit(500)
)


class Head(NamedTuple):
    """A place in the chain and the hash that stood there, as the nightly statement wrote it down."""

    seq: int
    hash: str


def faults(sealables: Sequence[Sealable], *, since: Head | None = None, heads: Sequence[Head] = ()) -> Iterator[Fault]:
    """Every fault of the chain, in its order; nothing for a whole one.

    `heads` are heads kept outside: only with one are a deleted tail and a chain made anew found. With `since`, a head
    that was verified before, only what was sealed after it is looked at, and what was slipped in after it, in time that
    does not grow with the books.
    """
    for head in (*heads, *([since] if since else [])):
        yield from _wrong_head(head)
    previous, expected = (since.hash, since.seq + 1) if since else (BEGINNING, 1)
    known = {sealable.subject: sealable for sealable in sealables}
    while seals := db.session.execute(_RUN, {"first": expected}).all():
        for seq, subject, subject_id, digest, follows, stated in seals:
            if seq != expected:
                yield Fault(f"seals {expected}", f"is missing before seal {seq}")
            elif follows != previous:
                yield Fault(f"seals {seq}", "does not follow the seal before it")
            if stated != link(seq, subject, subject_id, digest, follows):
                yield Fault(f"seals {seq}", "was changed after it was made")
            previous, expected = stated, seq + 1
        yield from _changed_rows(seals, known)
    for sealable in sealables:
        yield from _never_sealed(sealable, since)


def _wrong_head(head: Head) -> Iterator[Fault]:
    found = db.session.scalar(select(Seal.hash).where(Seal.seq == head.seq))
    if head.seq and found is None:
        last = db.session.scalar(select(func.max(Seal.seq))) or 0
        yield Fault(f"seals {head.seq}", f"is gone: the chain ends at {last}")
    elif head.seq and found != head.hash:
        yield Fault(f"seals {head.seq}", "is not the one that was written down: the chain was made anew")


def _changed_rows(seals: Sequence[Any], known: dict[str, Sealable]) -> Iterator[Fault]:
    """The sealed rows of one run that are gone or no longer have the digest they were sealed with, in seal order."""
    now: dict[str, dict[int, str]] = {}
    for subject, sealable in known.items():
        ids = [subject_id for _, of, subject_id, *_ in seals if of == subject]
        now[subject] = dict(sealable.digests(ids)) if ids else {}
    for seq, subject, subject_id, sealed, *_ in seals:
        if subject not in known:
            yield Fault(f"seals {seq}", f"seals something unknown ({subject})")
            continue
        digest = now[subject].get(subject_id)
        if digest is None:
            yield Fault(f"{subject} {subject_id}", f"is gone, though seal {seq} says that it was there")
        elif digest != sealed:
            yield Fault(f"{subject} {subject_id}", f"was changed after seal {seq} was set on it")


def _never_sealed(sealable: Sealable, since: Head | None) -> Iterator[Fault]:
    """Rows that the sealer has passed long ago: they were slipped in behind its back.

    With `since`, only beyond the newest row that was sealed by then.
    """
    column = sealable.ids.selected_columns[0]
    through = db.session.scalar(select(SealedThrough.through_id).where(SealedThrough.subject == sealable.subject))
    last_run = db.session.scalar(select(Seal.sealed_at).order_by(Seal.seq.desc()).limit(1))
    if last_run is None:
        return
    sealed = select(Seal.seq).where(Seal.subject == sealable.subject, Seal.subject_id == column)
    passed = column <= (through or 0)
    if sealable.made_at is not None:
        overdue = sealable.made_at < min(last_run, clock.now()) - timedelta(hours=1)
        if sealable.late:
            first = select(func.min(Seal.sealed_at)).where(Seal.subject == sealable.subject).scalar_subquery()
            overdue = overdue & (sealable.made_at > first)
        passed = passed | overdue
    if since is not None:
        newest = select(Seal.subject_id).where(Seal.subject == sealable.subject, Seal.seq <= since.seq)
        passed = passed & (column > (db.session.scalar(newest.order_by(Seal.subject_id.desc()).limit(1)) or 0))
    for row_id in db.session.scalars(sealable.ids.where(passed, ~sealed.exists()).order_by(column).limit(20)):
        yield Fault(f"{sealable.subject} {row_id}", "was never sealed, though younger rows are: it was slipped in")
