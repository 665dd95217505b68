"""A donor: a person who gave, however often; and the notes that the office keeps of donors and gifts."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db
from app.donors import search_keys
from app.subject import Subject


def _name_key(context: Any) -> str | None:
    return search_keys.name_key(context.get_current_parameters().get("name"))


def _email_key(context: Any) -> str | None:
    return search_keys.email_key(context.get_current_parameters().get("email"))


class Donor(Base):
    """One person. Their gifts point here (`donations.donor_id`); the details are as the office has them now.

    Two that turn out to be one are merged: the second points to the first by `merged_into_id`, and nothing is moved,
    so that it can be undone. The keys are what is searched for. Once `erased_at`, the person is forgotten.
    """

    __tablename__ = "donors"
    __table_args__ = (
        CheckConstraint("merged_into_id <> id", name="merged_into_id"),
        Index("ix_donors_name_key", "name_key", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_hex(12))
    name: Mapped[str | None] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(254))
    address: Mapped[str | None] = mapped_column(String(400))
    postcode: Mapped[str | None] = mapped_column(String(20))
    name_key: Mapped[str | None] = mapped_column(search_keys.key_column(120), default=_name_key)
    email_key: Mapped[str | None] = mapped_column(search_keys.key_column(254), unique=True, default=_email_key)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("donors.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    erased_at: Mapped[datetime | None]


class Note(Base):
    """What somebody of the office wants to remember of a gift or a donor (`subject`: 'donation:<reference>')."""

    __tablename__ = "notes"
    __table_args__ = (Index("ix_notes_subject", "subject", "id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    subject: Mapped[Subject]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(default=clock.now)
    written_by: Mapped[str] = mapped_column(String(80))


def note(subject: Subject, text: str, *, by: str) -> None:
    """Keep a note; the caller commits."""
    db.session.add(Note(subject=subject, text=text, written_by=by))
    db.session.flush()


def find(reference: str) -> Donor | None:
    """The donor with this reference, merged or erased ones too."""
    return db.session.scalars(select(Donor).where(Donor.reference == reference)).one_or_none()


def find_typed(typed: str) -> Donor | None:
    """The donor whom somebody names by reference or email address."""
    named = (Donor.reference == typed) | (Donor.email_key == search_keys.email_key(typed))
    return db.session.scalars(select(Donor).where(named)).first()


def parts_of(donor: Donor) -> Sequence[Donor]:
    """The donors that were merged into this one, the first one first."""
    return db.session.scalars(select(Donor).where(Donor.merged_into_id == donor.id).order_by(Donor.id)).all()


def notes_about(subject: str) -> Sequence[Note]:
    """What was noted about a donor ('donor:<reference>') or a gift ('donation:<reference>'), the oldest first."""
    return db.session.scalars(select(Note).where(Note.subject == subject).order_by(Note.id)).all()
