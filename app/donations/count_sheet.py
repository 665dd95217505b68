"""A count sheet: what two people counted of one street collection or meeting; *counted*, later *banked*."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Key, db, partial_index
from app.money import Money

COUNTED, PAID_IN, BANKED, REVERSED = "counted", "paid-in", "banked", "reversed"


class CountSheet(Base):
    """One count. `pieces` are pairs of a coin's or note's value in minor units and how many there were of it.

    Of what was counted, `named_minor` came from people with a name, each of whom has a gift of their own; the rest is
    the collection's. What was counted never changes (triggers hold that); a wrong sheet is reversed and counted anew.
    `paying_in` is the reference of the slip with which the cash was handed in, `bank_line` the source of the
    statement's line that shows it. The counters' names and the reason of a reversal may be erased; the ledger never
    has them.
    """

    __tablename__ = "count_sheets"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("named_minor BETWEEN 0 AND amount_minor", name="named"),
        CheckConstraint("lower(counter_one) <> lower(counter_two)", name="counters"),
        CheckConstraint("(paid_in_on IS NULL) = (paying_in IS NULL)", name="paid_in"),
        CheckConstraint("(banked_on IS NULL) = (bank_line IS NULL)", name="banked"),
        CheckConstraint("banked_on IS NULL OR reversed_at IS NULL", name="reversed"),
        partial_index("ix_count_sheets_waiting", "id", where="banked_on IS NULL AND reversed_at IS NULL"),
        Index("ix_count_sheets_branch", "branch_id", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    submission: Mapped[str] = mapped_column(String(64), unique=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeals.id"))
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branches.id"))
    place: Mapped[str] = mapped_column(String(120))
    counted_on: Mapped[date]
    box: Mapped[str | None] = mapped_column(String(80))
    seal: Mapped[str | None] = mapped_column(String(80))
    counter_one: Mapped[str | None] = mapped_column(String(120))
    counter_two: Mapped[str | None] = mapped_column(String(120))
    pieces: Mapped[list[list[int]]] = mapped_column(JSON)
    amount_minor: Mapped[int] = mapped_column(Key)
    named_minor: Mapped[int] = mapped_column(Key, default=0, server_default="0")
    currency: Mapped[str] = mapped_column(String(3))
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(80))
    paying_in: Mapped[str | None] = mapped_column(String(40))
    paid_in_on: Mapped[date | None]
    banked_on: Mapped[date | None]
    bank_line: Mapped[str | None] = mapped_column(String(160))
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)

    @property
    def amount(self) -> Money:
        """What was counted."""
        return Money(self.amount_minor, self.currency)

    @property
    def rest(self) -> Money:
        """What came from nobody knows whom, and is booked as the collection."""
        return Money(self.amount_minor - self.named_minor, self.currency)

    @property
    def state(self) -> str:
        """How far the cash has come."""
        if self.reversed_at is not None:
            return REVERSED
        if self.banked_on is not None:
            return BANKED
        return COUNTED if self.paid_in_on is None else PAID_IN


def find(reference: str) -> CountSheet | None:
    """The sheet with this reference."""
    return db.session.scalar(select(CountSheet).where(CountSheet.reference == reference))


def those(references: Collection[str]) -> Sequence[CountSheet]:
    """The sheets with these references."""
    return db.session.scalars(select(CountSheet).where(CountSheet.reference.in_(references))).all()
