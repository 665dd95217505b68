"""Writing the trail: each change made in the office, each sign-in, and each refusal leaves one record.

Who is at work in this process or request, and from where; interfaces say it, and the trail writes it down.

The trail's tables: what was done, which never changes, and its personal details, which can be erased.

Forgetting: the details of records about somebody are erased; the records stay, with the hash of what they said.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db
from app.subject import Subject, SubjectText


@dataclass(frozen=True, slots=True)
class Actor:
    """`by` is 'person:<reference>', 'operator' (the command line) or 'stranger' (nobody is signed in)."""

    by: str
    address: str | None = None


OPERATOR = Actor("operator")

_at_work: ContextVar[Actor] = ContextVar("whipround_actor", default=OPERATOR)


def begin(actor: Actor) -> None:
    """From here on, in this context, `actor` is at work."""
    _at_work.set(actor)


def end() -> None:
    """Nobody but the operator is at work any more; an interface calls it when a request is over."""
    _at_work.set(OPERATOR)


def at_work() -> Actor:
    """Who is at work here."""
    return _at_work.get()


class AuditRecord(Base):
    """One thing that somebody did or tried. Append-only: the database refuses any change.

    `action` is 'donation.refunded' and the like; `subject` names what it was done to, as the ledger does
    ('donation:<reference>'). `digest` is the SHA-256 of the details' body, in hexadecimal; the body holds a salt, so
    that nobody can guess erased details by it.
    """

    __tablename__ = "audit_records"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest"),
        Index("ix_audit_records_at_id", "at", "id"),
        Index("ix_audit_records_by_at_id", "by", "at", "id"),
        Index("ix_audit_records_action_at_id", "action", "at", "id"),
        Index("ix_audit_records_subject_at_id", "subject", "at", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[Subject] = mapped_column(SubjectText(60))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[Subject]
    digest: Mapped[str] = mapped_column(String(64))


class AuditDetail(Base):
    """From where it was done, what was so before and what is so after: JSON that may hold personal data.

    Erasing deletes the row; the record and its digest stay, and tell that there was something.
    """

    __tablename__ = "audit_details"

    record_id: Mapped[int] = mapped_column(ForeignKey("audit_records.id"), primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(Text)


def record(
    action: str, subject: str, before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None
) -> AuditRecord:
    """Write down that whoever is at work did `action` ('donation.refunded') to `subject` ('donation:<reference>').

    `before` and `after` are small and may hold personal data: they are kept apart from the record and can be erased.
    Belongs into the writing unit of the change itself, so that neither stands without the other; the caller commits.
    """
    actor = at_work()
    said = {name: value for name, value in (("from", actor.address), ("before", before), ("after", after)) if value}
    details = {**said, "salt": secrets.token_hex(16)}
    body = json.dumps(details, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)
    made = AuditRecord(
        at=clock.now(),
        by=actor.by,
        action=action,
        subject=subject[:120],
        digest=hashlib.sha256(body.encode()).hexdigest(),
    )
    db.session.add(made)
    db.session.flush()
    db.session.add(AuditDetail(record_id=made.id, body=body))
    db.session.flush()
    return made


def _plain(value: object) -> object:
    """What JSON has no word for: days and instants as ISO 8601, money and the like as they write themselves."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    return sorted(value, key=str) if isinstance(value, set | frozenset) else str(value)


def about(subjects: Sequence[Subject]) -> list[int]:
    """The records of what was ever done to these ('donation:<reference>') and still have their details."""
    return [
        record_id
        for subject in subjects
        for record_id in db.session.scalars(
            select(AuditRecord.id)
            .join(AuditDetail, AuditDetail.record_id == AuditRecord.id)
            .where(AuditRecord.subject == subject)
            .order_by(AuditRecord.id)
        )
    ]


def forget(ids: Sequence[int]) -> None:
    """Erase the details of these records, of which an erasure is written already: the database lets nothing go
    without one. The caller commits."""
    for record_id in ids:
        db.session.execute(delete(AuditDetail).where(AuditDetail.record_id == record_id))
