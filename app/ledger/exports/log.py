"""The log of exports: what was taken out of the books, by whom, and what it came to."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.extensions import Base, Key, db


class Export(Base):
    """One file, or one set of files, that was made: its `reference` is the batch's name, which the files carry.

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


def note(export: Export) -> Export:
    """Add an export to the log, now and under a reference of its own; the caller commits."""
    export.reference, export.made_at = secrets.token_hex(4), clock.now()
    db.session.add(export)
    db.session.flush()
    return export


def latest(most: int = 20) -> Sequence[Export]:
    """The last exports, newest first."""
    return db.session.scalars(select(Export).order_by(Export.id.desc()).limit(most)).all()


def find(reference: str) -> Export | None:
    """The export with this batch's name."""
    return db.session.scalars(select(Export).where(Export.reference == reference)).one_or_none()


def made_before(format_: str, from_on: date, to_on: date, account: str, appeal: str, branch: str) -> Sequence[Export]:
    """Earlier exports of the same format that hold some of the same postings, newest first.

    An accounting program that is given one of them twice counts it twice.
    """
    chosen = select(Export).where(Export.format == format_, Export.from_on <= to_on, Export.to_on >= from_on)
    for column, value in ((Export.account, account), (Export.appeal, appeal), (Export.branch, branch)):
        if value:
            chosen = chosen.where(column.in_([value, ""]))
    return db.session.scalars(chosen.order_by(Export.id.desc()).limit(20)).all()
