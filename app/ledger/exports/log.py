"""The log of exports: what was taken out of the books, by whom, and what it came to."""

import secrets
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, select, text
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db, read_locked


class Export(Base):
    """One file, or one set of files, that was made: its `reference` is the batch's name, which the files carry.

    What was made for an accounting program counts as posted there, until somebody says that it was not imported
    (`withdrawn_at`). `posted` are the codes of the accounts that it posts to there under their own name; an export
    of before that was kept has none, and counts as all it could be.

    Dates are local days, both included; `account`, `appeal` and `branch` are empty for all. `totals` are the control
    totals, as they stood on the page and in the file.
    """

    __tablename__ = "exports"
    __table_args__ = (CheckConstraint("from_on <= to_on", name="dates"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    format: Mapped[str] = mapped_column(String(40), index=True)
    from_on: Mapped[date]
    to_on: Mapped[date]
    account: Mapped[str] = mapped_column(String(120))
    appeal: Mapped[str] = mapped_column(String(32))
    branch: Mapped[str] = mapped_column(String(32))
    names: Mapped[bool]
    lines: Mapped[int] = mapped_column(Key)
    totals: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    posted: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(String(80))

    @property
    def is_copy(self) -> bool:
        """Whether it was made for somebody to look at, and so withdrawn as it was made."""
        return self.withdrawn_at is not None and self.withdrawn_at == self.made_at


def note(export: Export, *, copy: bool = False) -> Export:
    """Add an export to the log, now and under a reference of its own; the caller commits. A `copy` is one to look at,
    which never counts as posted: it is withdrawn as it is made."""
    export.reference, export.made_at = secrets.token_hex(4), clock.now()
    if copy:
        export.withdrawn_at, export.withdrawn_by = export.made_at, export.made_by
    db.session.add(export)
    db.session.flush()
    return export


def latest(most: int = 20) -> Sequence[Export]:
    """The last exports, newest first."""
    return db.session.scalars(select(Export).order_by(Export.id.desc()).limit(most)).all()


def find(reference: str) -> Export | None:
    """The export with this batch's name."""
    return db.session.scalars(select(Export).where(Export.reference == reference)).one_or_none()


def one_at_a_time() -> None:
    """Wait until nobody else is writing an export down, so that two cannot both be the first. On SQLite whoever writes
    is alone anyway."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE exports IN SHARE ROW EXCLUSIVE MODE"))


def withdraw(reference: str, *, by: str) -> Export:
    """Note that an export was not imported, so that its postings may be taken out again; doing it again changes
    nothing. The caller commits. Raises `LookupError`."""
    found = read_locked(select(Export).where(Export.reference == reference)).one_or_none()
    if found is None:
        raise LookupError(f"no export {reference}")
    if found.withdrawn_at is None:
        found.withdrawn_at, found.withdrawn_by = clock.now(), by
        db.session.flush()
    return found


def not_withdrawn(formats: Collection[str], from_on: date, to_on: date) -> Sequence[Export]:
    """Earlier exports in these formats that have some of these days and were not withdrawn, newest first."""
    return db.session.scalars(
        select(Export)
        .where(
            Export.format.in_(formats), Export.from_on <= to_on, Export.to_on >= from_on, Export.withdrawn_at.is_(None)
        )
        .order_by(Export.id.desc())
    ).all()
