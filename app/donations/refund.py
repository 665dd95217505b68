"""A refund: money of one donation on its way back, from the moment it is asked for."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key
from app.money import Money

ASKED, REFUSED = "asked", "refused"
# In these nothing has been given back after all, so the amount may be refunded again.
CAME_TO_NOTHING = (REFUSED, "failed", "canceled")


class DonationRefund(Base):
    """One refund. *asked*: Stripe is to be asked for it; *refused*: Stripe would not; else its state is Stripe's own.

    Its amount is held against the donation from the moment it is asked for. One made in Stripe's dashboard has no
    key of ours, and one of a charge that no donation claims has no donation. `reason` is free text and
    may be erased; the ledger never has it. `told_at` is when the giver was mailed.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state = 'asked' OR state = 'refused' OR refund_id IS NOT NULL", name="refund_id"),
        Index(
            "ix_refunds_asked", "next_try_at", "id", postgresql_where=text("state = 'asked'"),
            sqlite_where=text("state = 'asked'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    donation_id: Mapped[int | None] = mapped_column(ForeignKey("donations.id"), index=True)
    charge_id: Mapped[str] = mapped_column(String(80), index=True)
    refund_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    amount_minor: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(30))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    key_since: Mapped[datetime | None]
    told_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)

    @property
    def amount(self) -> Money:
        """What is to go back, or went."""
        return Money(self.amount_minor, self.currency)
