"""Acknowledging an exception: who looked at it, when, and why it may stand as it is; until its facts change."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import String, Text, UniqueConstraint, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db
from app.subject import Subject


class Acknowledgement(Base):
    """The latest word on one exception (`kind`, `reference`), and the digest of the facts it was said about: once they
    are others, it does not count any more. `subject` is whom or what the exception is about ('donation:<reference>'),
    where that is known; the reason is erased with it."""

    __tablename__ = "acknowledgements"
    __table_args__ = (UniqueConstraint("kind", "reference"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(String(120))
    facts: Mapped[str] = mapped_column(String(64))
    subject: Mapped[Subject | None] = mapped_column(index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))


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
