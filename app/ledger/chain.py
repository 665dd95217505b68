"""Checking the chain of seals: every link, every sealed row against its digest, every old row for its seal."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from app import clock
from app.extensions import db
from app.ledger.seal import BEGINNING, Seal, SealedThrough
from app.ledger.sealing import Sealable, link
from app.ledger.verifying import Fault

_RUN = 5000


class Head(NamedTuple):
    """A place in the chain and the hash that stood there, as the nightly statement wrote it down."""

    seq: int
    hash: str


def faults(sealables: Sequence[Sealable], *, since: Head | None = None, heads: Sequence[Head] = ()) -> Iterator[Fault]:
    """Every fault of the chain, in its order; nothing for a whole one.

    `heads` are heads kept outside: only with one are a deleted tail and a chain made anew found. With `since`, a head
    that was verified before, only what was sealed after it is looked at, in time that does not grow with the books.
    """
    for head in (*heads, *([since] if since else [])):
        yield from _wrong_head(head)
    previous, expected = (since.hash, since.seq + 1) if since else (BEGINNING, 1)
    known = {sealable.subject: sealable for sealable in sealables}
    while seals := _run(expected):
        for seal in seals:
            if seal.seq != expected:
                yield Fault(f"seals {expected}", f"is missing before seal {seal.seq}")
            elif seal.previous != previous:
                yield Fault(f"seals {seal.seq}", "does not follow the seal before it")
            if seal.hash != link(seal.seq, seal.subject, seal.subject_id, seal.digest, seal.previous):
                yield Fault(f"seals {seal.seq}", "was changed after it was made")
            previous, expected = seal.hash, seal.seq + 1
        yield from _changed_rows(seals, known)
    for sealable in sealables:
        yield from _never_sealed(sealable)


def _run(first: int) -> list[Seal]:
    seals = list(db.session.scalars(select(Seal).where(Seal.seq >= first).order_by(Seal.seq).limit(_RUN)))
    db.session.expunge_all()
    return seals


def _wrong_head(head: Head) -> Iterator[Fault]:
    found = db.session.scalar(select(Seal.hash).where(Seal.seq == head.seq))
    if head.seq and found is None:
        last = db.session.scalar(select(func.max(Seal.seq))) or 0
        yield Fault(f"seals {head.seq}", f"is gone: the chain ends at {last}")
    elif head.seq and found != head.hash:
        yield Fault(f"seals {head.seq}", "is not the one that was written down: the chain was made anew")


def _changed_rows(seals: Sequence[Seal], known: dict[str, Sealable]) -> Iterator[Fault]:
    """The sealed rows of one run that are gone or no longer have the digest they were sealed with, in seal order."""
    now: dict[tuple[str, int], str] = {}
    for subject, sealable in known.items():
        ids = [seal.subject_id for seal in seals if seal.subject == subject]
        if ids:
            now.update({(subject, row_id): digest for row_id, digest in sealable.digests(ids)})
    for seal in seals:
        if seal.subject not in known:
            yield Fault(f"seals {seal.seq}", f"seals something unknown ({seal.subject})")
            continue
        digest = now.get((seal.subject, seal.subject_id))
        if digest is None:
            yield Fault(f"{seal.subject} {seal.subject_id}", f"is gone, though seal {seal.seq} says that it was there")
        elif digest != seal.digest:
            yield Fault(f"{seal.subject} {seal.subject_id}", f"was changed after seal {seal.seq} was set on it")


def _never_sealed(sealable: Sealable) -> Iterator[Fault]:
    """Rows that the sealer has passed long ago: they were slipped in behind its back."""
    column = sealable.ids.selected_columns[0]
    through = db.session.scalar(select(SealedThrough.through_id).where(SealedThrough.subject == sealable.subject))
    last_run = db.session.scalar(select(func.max(Seal.sealed_at)))
    if last_run is None:
        return
    sealed = select(Seal.seq).where(Seal.subject == sealable.subject, Seal.subject_id == column)
    passed = column <= (through or 0)
    if sealable.made_at is not None:
        passed = passed | (sealable.made_at < min(last_run, clock.now()) - timedelta(hours=1))
    for row_id in db.session.scalars(sealable.ids.where(passed, ~sealed.exists()).order_by(column).limit(20)):
        yield Fault(f"{sealable.subject} {row_id}", "was never sealed, though younger rows are: it was slipped in")
