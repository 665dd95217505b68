"""Emails that are due: which mail has to go out, about what. Its words and its address are looked up at sending."""

import hashlib
from datetime import datetime

from sqlalchemy import CheckConstraint, String
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, DueWork, Key, db, partial_index
from app.subject import Subject

DUE, SENT, DROPPED = "due", "sent", "dropped"


class DueEmail(DueWork, Base):
    """One mail. *due*, then *sent*; or *dropped*, when by then there was nothing to say or nobody to say it to.

    `subject` names what it is about ('plan:<reference>'). `message_id` is the part before the @: the same for the
    same occasion, so that each occasion makes one email. Nobody's address and no text is kept here.
    """

    __tablename__ = "letters"
    __table_args__ = (
        CheckConstraint("state IN ('due', 'sent', 'dropped')", name="state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_at"),
        partial_index("ix_letters_due", "next_try_at", "id", where="state = 'due'"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[Subject] = mapped_column(index=True)
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[str] = mapped_column(String(10))
    asked_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def ask(kind: str, subject: Subject, occasion: str) -> None:
    """Make an email due; one for this kind, subject and occasion (an invoice, a refund, a moment) that was asked for
    before stays the only one. The caller commits, and the worker sends it."""
    # Mail servers log Message-IDs, so they must not give a reference away.
    digest = hashlib.sha256(f"{kind}|{subject}|{occasion}".encode()).hexdigest()[:32]
    db.session.execute(
        postgresql.insert(DueEmail)
        .values(kind=kind, subject=subject, message_id=f"{kind}-{digest}", state=DUE, asked_at=clock.now(), attempts=0)
        .on_conflict_do_nothing(index_elements=["message_id"])
    )
