"""Stripe's balance transactions: every movement of what Stripe holds for us, as Stripe itself keeps it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.extensions import Base, Key, db
from app.money import Money


class StripeTransaction(Base):
    """One balance transaction, kept as Stripe has it: `net` is `amount` less `fee`, in minor units of `currency`.

    `payout_id` is the payout in which it left for the bank, once a reconciliation has said so; nothing else of it ever
    changes (the database holds that), and it is sealed.
    """

    __tablename__ = "stripe_transactions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    txn_id: Mapped[str] = mapped_column(String(80), unique=True)
    source_id: Mapped[str | None] = mapped_column(String(80), index=True)
    type: Mapped[str] = mapped_column(String(60))
    amount_minor: Mapped[int] = mapped_column(Key)
    fee_minor: Mapped[int] = mapped_column(Key)
    net_minor: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3))
    created_at: Mapped[datetime] = mapped_column(index=True)
    available_on: Mapped[datetime]
    payout_id: Mapped[str | None] = mapped_column(String(80), index=True)


class StripeMovement(Base):
    """Which entries a balance transaction caused: together they move its net on the Stripe account."""

    __tablename__ = "stripe_movements"
    __table_args__ = (PrimaryKeyConstraint("txn_id", "line"),)

    txn_id: Mapped[str] = mapped_column(ForeignKey("stripe_transactions.txn_id"))
    line: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), unique=True)


@dataclass(frozen=True, slots=True)
class Transaction:
    """A balance transaction as Stripe's JSON describes it; `source_id` names the charge, refund, dispute or payout.

    `rate` is what one unit of the source's currency was worth in this one's, where Stripe exchanged money.
    """

    txn_id: str
    source_id: str | None
    kind: str
    amount: Money
    fee: Money
    net: Money
    created_at: datetime
    available_on: datetime
    rate: Decimal | None = None


def read(body: dict[str, Any]) -> Transaction:
    """Read one from Stripe's JSON, its source expanded or not."""
    source, currency = body.get("source"), body["currency"]
    return Transaction(
        txn_id=body["id"],
        source_id=source["id"] if isinstance(source, dict) else source,
        kind=body["type"],
        amount=Money(body["amount"], currency),
        fee=Money(body["fee"], currency),
        net=Money(body["net"], currency),
        created_at=clock.from_timestamp(body["created"]),
        available_on=clock.from_timestamp(body["available_on"]),
        rate=None if not body.get("exchange_rate") else Decimal(str(body["exchange_rate"])),
    )


def read_if_there(body: Any) -> Transaction | None:
    """Read an expanded balance transaction; `None` while Stripe has none yet, or only its id is here."""
    return read(body) if isinstance(body, dict) else None


def find(txn_id: str) -> StripeTransaction | None:
    """The balance transaction with this id of Stripe's, if it was taken in."""
    return db.session.scalars(select(StripeTransaction).where(StripeTransaction.txn_id == txn_id)).one_or_none()
