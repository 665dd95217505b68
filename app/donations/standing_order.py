"""A standing order: what somebody has told their bank to send us each month, and when the next is due."""

import calendar
from datetime import date, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db, partial_index
from app.money import Money

# Banks send on working days, so a payment is late only after a long weekend.
LATE_AFTER = timedelta(days=4)


class StandingOrder(Base):
    """One standing order: from whom, with which text on the statement, how much, on which day of the month.

    `next_due_on` moves on with each payment that arrives. An ended one (`ended_on`) is not expected any more. Its
    payments are gifts of `donor_id`, where that is known.
    """

    __tablename__ = "standing_orders"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("day_of_month BETWEEN 1 AND 31", name="day_of_month"),
        partial_index("ix_standing_orders_due", "next_due_on", where="ended_on IS NULL"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    payer: Mapped[str | None] = mapped_column(String(120))
    reference_text: Mapped[str | None] = mapped_column(String(80))
    amount_minor: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3))
    day_of_month: Mapped[int]
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"), index=True)
    donor_id: Mapped[int | None] = mapped_column(ForeignKey("donors.id"), index=True)
    since: Mapped[date]
    next_due_on: Mapped[date]
    ended_on: Mapped[date | None]

    @property
    def amount(self) -> Money:
        """What is to come each month."""
        return Money(self.amount_minor, self.currency)

    @property
    def state(self) -> str:
        """'ended', 'missed' (a whole month is), 'late', or 'expected'."""
        if self.ended_on is not None:
            return "ended"
        if due_after(self.next_due_on, self.day_of_month) <= clock.today():
            return "missed"
        return "late" if self.next_due_on + LATE_AFTER < clock.today() else "expected"


def due_from(day: date, day_of_month: int) -> date:
    """The first due date on or after a day; in a month that is too short it is the last day."""
    due = _in_month(day.year, day.month, day_of_month)
    return due if due >= day else due_after(due, day_of_month)


def due_after(due: date, day_of_month: int) -> date:
    """The due date of the month after that of `due`."""
    return _in_month(due.year + due.month // 12, due.month % 12 + 1, day_of_month)


def due_in_month_of(due: date, day_of_month: int) -> date:
    """The due date in the month of `due`, if payments come on another day."""
    return _in_month(due.year, due.month, day_of_month)


def _in_month(year: int, month: int, day_of_month: int) -> date:
    return date(year, month, min(day_of_month, calendar.monthrange(year, month)[1]))


def find(reference: str) -> StandingOrder | None:
    """The standing order with this reference."""
    return db.session.scalar(select(StandingOrder).where(StandingOrder.reference == reference))
