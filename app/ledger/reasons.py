"""Reasons: why somebody entered or reversed something by hand, in their own words, apart from the books.

People write names into reasons, and the books are never changed; so the words stand in a table that can be erased.
"""

from sqlalchemy import ForeignKey, Text, delete
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, db


class EntryReason(Base):
    """The reason for one entry."""

    __tablename__ = "entry_reasons"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)


def keep(entry_id: int, reason: str) -> None:
    """Keep why an entry was made; the caller commits."""
    db.session.add(EntryReason(entry_id=entry_id, reason=reason))
    db.session.flush()


def of(entry_id: int) -> str | None:
    """Why an entry was made, if anybody said so and it was not erased."""
    found = db.session.get(EntryReason, entry_id)
    return found.reason if found else None


def erase(entry_id: int) -> None:
    """Forget the words; the entry stays. The caller commits."""
    db.session.execute(delete(EntryReason).where(EntryReason.entry_id == entry_id))
