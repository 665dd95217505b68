"""Acknowledging an exception: who looked at it, when, and why it may stand; until its facts change."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql

from app import clock
from app.audit.acknowledgement import Acknowledgement
from app.extensions import db
from app.subject import Subject


def digest(facts: str) -> str:
    """What is kept of the facts that were looked at: enough to see that they changed."""
    return hashlib.sha256(facts.encode()).hexdigest()


def acknowledge(kind: str, reference: str, facts: str, *, reason: str, by: str, subject: Subject | None = None) -> None:
    """Let an exception stand as it is, for a reason; a later word takes the place of an earlier one. `subject` is whose
    erasure takes the reason along ('donation:<reference>'). The caller commits."""
    said = {"facts": digest(facts), "subject": subject, "reason": reason, "made_at": clock.now(), "made_by": by}
    db.session.execute(
        postgresql.insert(Acknowledgement)
        .values(kind=kind, reference=reference, **said)
        .on_conflict_do_update(index_elements=["kind", "reference"], set_=said)
    )


def withdraw(kind: str, reference: str) -> None:
    """Let an exception need somebody again; the caller commits."""
    found = Acknowledgement.kind == kind, Acknowledgement.reference == reference
    db.session.execute(Acknowledgement.__table__.delete().where(*found))  # type: ignore[attr-defined]


def every() -> dict[tuple[str, str], Acknowledgement]:
    """The latest word on each exception, by kind and reference; there are few."""
    return {(each.kind, each.reference): each for each in db.session.scalars(select(Acknowledgement))}


def forget(subjects: Sequence[Subject]) -> None:
    """Erase the reasons that were given about these; the caller commits."""
    db.session.execute(update(Acknowledgement).where(Acknowledgement.subject.in_(subjects)).values(reason=None))
