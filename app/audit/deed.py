"""The trail's tables: what was done, which never changes, and its personal details, which can be erased."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key


class Deed(Base):
    """One thing that somebody did or tried. Append-only: the database refuses any change.

    `action` is 'donation.refunded' and the like; `subject` names what it was done to, as the ledger does
    ('donation:<reference>'). `digest` is the SHA-256 of the details' body, in hexadecimal; the body holds a salt, so
    that nobody can guess erased details by it.
    """

    __tablename__ = "deeds"
    __table_args__ = (
        CheckConstraint("length(digest) = 64", name="digest"),
        Index("ix_deeds_at_id", "at", "id"),
        Index("ix_deeds_by_at_id", "by", "at", "id"),
        Index("ix_deeds_action_at_id", "action", "at", "id"),
        Index("ix_deeds_subject_at_id", "subject", "at", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))


class DeedDetail(Base):
    """From where it was done, what was so before and what is so after: JSON that may hold personal data.

    Erasing deletes the row; the deed and its digest stay, and tell that there was something.
    """

    __tablename__ = "deed_details"

    deed_id: Mapped[int] = mapped_column(ForeignKey("deeds.id"), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
