"""Closing a month: nothing is booked in it any more, and what comes late is booked on the first open day."""

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db, read_locked
from app.errors import DomainError

# Longer than any transaction of ours may live: what was posted in the month while it lasted is committed by then.
_SETTLED_AFTER = timedelta(hours=1)


class MonthNotOver(DomainError):
    """A month can be closed once it has been over for an hour."""


class ClosedAlready(DomainError):
    """The books are closed through this month, or through a later one."""


class NothingClosed(DomainError):
    """No month is closed, so none can be opened again."""


class ClosedThrough(Base):
    """The one row that says through which local day the books are closed, and who said so last.

    A posting into a month that may be closed reads it FOR SHARE; who closes takes it FOR UPDATE. So a month is
    closed before a posting or after it, never in the middle. On SQLite the one writer's turn does the same.
    """

    __tablename__ = "closed_through"
    __table_args__ = (CheckConstraint("id = 1", name="only"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date | None]
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[str] = mapped_column(String(80))


class Closing(Base):
    """One change of how far the books are closed; the last of them says the same as `closed_through`.

    Append-only and sealed, so that a month cannot be opened, filled and closed again behind everybody's back.
    """

    __tablename__ = "closings"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    day: Mapped[date | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(80))


def closed_through() -> ClosedThrough:
    """How far the books are closed, as it is now."""
    return db.session.get_one(ClosedThrough, 1)


def next_to_close() -> date | None:
    """The last day of the earliest month that is over and open, counted from the last closed one.

    Where nothing is closed yet, the month before the running one; `None` when all that is over is closed.
    """
    closed, last = closed_through().day, _last_over()
    if closed is None:
        return last
    following = month_end(closed + timedelta(days=1))
    return following if following <= last else None


def close(through: date, *, by: str) -> None:
    """Close every month through the one of `through`; the caller commits.

    Raises `MonthNotOver` and `ClosedAlready`.
    """
    row = held()
    end = month_end(through)
    if end > _last_over():
        raise MonthNotOver(f"the month of {end.isoformat()} is not over")
    if row.day is not None and end <= row.day:
        raise ClosedAlready(f"the books are closed through {row.day.isoformat()}")
    _change(row, end, by)


def reopen(*, by: str) -> date:
    """Open the last closed month again, and no other; its last day. The caller commits. Raises `NothingClosed`."""
    row = held()
    if row.day is None:
        raise NothingClosed("no month is closed")
    opened = row.day
    _change(row, opened.replace(day=1) - timedelta(days=1), by)
    return opened


def _change(row: ClosedThrough, day: date, by: str) -> None:
    row.day, row.changed_at, row.changed_by = day, clock.now(), by
    db.session.add(Closing(day=day, changed_at=row.changed_at, changed_by=by))
    db.session.flush()


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _last_over() -> date:
    """The last day of the last month that nothing can be posted in unseen."""
    return clock.local_day(clock.now() - _SETTLED_AFTER).replace(day=1) - timedelta(days=1)


def held() -> ClosedThrough:
    """How far the books are closed, locked until the caller's transaction ends."""
    return read_locked(select(ClosedThrough).where(ClosedThrough.id == 1)).one()
