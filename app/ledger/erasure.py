"""Erasures: the record that something personal was erased from a sealed row, so that it is not taken for tampering."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db

# So many names fit into one question on either database.
_RUN = 500


class Erasure(Base):
    """That the personal part of one row elsewhere (`subject` names its table, as in a seal) is gone, and on whose word.

    The database lets a sealed row lose its personal part only after this has been written, and never change otherwise.
    """

    __tablename__ = "erasures"
    __table_args__ = (UniqueConstraint("subject", "subject_id"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    subject: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(Key)
    erased_at: Mapped[datetime]
    erased_by: Mapped[str] = mapped_column(String(80))


def record(subject: str, ids: Sequence[int], *, by: str) -> None:
    """Write down that these rows are erased, before they are; what is on record already stays. The caller commits."""
    moment = clock.now()
    rows = [{"subject": subject, "subject_id": each, "erased_at": moment, "erased_by": by} for each in ids]
    if rows:
        db.session.execute(postgresql.insert(Erasure).on_conflict_do_nothing(), rows)


def erased(subject: str, ids: Sequence[int]) -> set[int]:
    """Those of these rows of which an erasure is on record."""
    return {
        found
        for run in _runs(ids)
        for found in db.session.scalars(
            select(Erasure.subject_id).where(Erasure.subject == subject, Erasure.subject_id.in_(run))
        )
    }


def _runs(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    yield from (ids[start : start + _RUN] for start in range(0, len(ids), _RUN))
