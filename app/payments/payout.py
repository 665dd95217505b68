"""A payout: what Stripe sends to the bank, as its objects describe it and as we keep it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, DueWork, Key, db, partial_index
from app.money import Money
from app.paging import Order, Page, page
from app.payments.objects import Transaction, read_if_there

# Stripe has made it, but has not sent it yet.
PENDING = "pending"
# A payout in one of these has left, or has come to its end.
ON_ITS_WAY, PAID, FAILED, CANCELED = "in_transit", "paid", "failed", "canceled"


class Payout(DueWork, Base):
    """One payout. An automatic one is due for reconciliation until its parts have been taken in; a manual one cannot
    be taken apart (docs.stripe.com/payouts/reconciliation) and is shown as not provable."""

    __tablename__ = "payouts"
    __table_args__ = (
        partial_index("ix_payouts_due", "next_try_at", "payout_id", where="automatic AND reconciled_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    payout_id: Mapped[str] = mapped_column(String(80), unique=True)
    amount_minor: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3))
    automatic: Mapped[bool]
    status: Mapped[str] = mapped_column(String(30))
    created_at: Mapped[datetime] = mapped_column(index=True)
    arrives_at: Mapped[datetime]
    reconciled_at: Mapped[datetime | None]
    difference_minor: Mapped[int | None] = mapped_column(Key)

    @property
    def is_not_sent(self) -> bool:
        """Whether Stripe has not sent it yet: only then are its parts looked up, so nothing is missing before."""
        return self.automatic and self.status == PENDING


@dataclass(frozen=True, slots=True)
class StripePayout:
    """A payout as Stripe has it now; a negative amount is taken from the bank. `left` is its movement out of the
    Stripe account, `came_back` the one that returned it after it failed or was canceled."""

    payout_id: str
    amount: Money
    automatic: bool
    status: str
    created_at: datetime
    arrives_at: datetime
    left: Transaction | None
    came_back: Transaction | None


def read(body: dict[str, Any]) -> StripePayout:
    """Read a payout from Stripe's JSON with its balance transactions expanded."""
    return StripePayout(
        payout_id=body["id"],
        amount=Money(body["amount"], body["currency"]),
        automatic=bool(body.get("automatic")),
        status=body["status"],
        created_at=clock.from_timestamp(body["created"]),
        arrives_at=clock.from_timestamp(body["arrival_date"]),
        left=read_if_there(body.get("balance_transaction")),
        came_back=read_if_there(body.get("failure_balance_transaction")),
    )


def find(payout_id: str) -> Payout | None:
    """The payout with this id of Stripe's."""
    return db.session.scalar(select(Payout).where(Payout.payout_id == payout_id))


def listed(before: str) -> Page[Payout]:
    """A page of payouts, the latest first, from the one after the payout `before`."""
    return page(select(Payout), Order(Payout.id), Payout.payout_id, older=before)
