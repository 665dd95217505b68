"""Stripe's objects in our words: balance transactions, kept as Stripe has them; charges, refunds and disputes."""

import json
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db
from app.money import Money
from app.payments.inbox import StripeEvent


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


def read_transaction(body: dict[str, Any]) -> Transaction:
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
    return read_transaction(body) if isinstance(body, dict) else None


def find_transaction(txn_id: str) -> StripeTransaction | None:
    """The balance transaction with this id of Stripe's, if it was taken in."""
    return db.session.scalars(select(StripeTransaction).where(StripeTransaction.txn_id == txn_id)).one_or_none()


# The API version whose bodies we read without asking again; it is the one that the installed library pins.
# Set the same version on the webhook endpoint (docs/operations.md).
API_VERSION = "2026-10-28.endive"

# The key under which a donation's reference travels in the metadata of PaymentIntents, and so of their charges.
DONATION = "donation"


# Methods whose money comes days after the giver has agreed (docs.stripe.com/payments/payment-methods, "delayed").
_DELAYED = frozenset(
    (
        "acss_debit",
        "au_becs_debit",
        "bacs_debit",
        "boleto",
        "customer_balance",
        "konbini",
        "multibanco",
        "nz_bank_account",
        "oxxo",
        "sepa_debit",
        "us_bank_account",
    )
)


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that a card was charged: how much, when, and the donation that its metadata names, if any.

    A month's payment of a plan names none; `lookup` finds the `plan`, and the `appeal` that it had been moved to,
    through the invoice of `intent_id`. `transaction` is the movement on our Stripe account, with its fee; Stripe makes
    it known a moment after the charge (docs.stripe.com/payments/payment-intents/asynchronous-capture). `card_last4` is
    what givers know their card by; a payment by other means has none, and `paid_by` is Stripe's word for those means.

    `pending` says that the money is on its way and has not come. One that had come and was taken back by the giver's
    bank counts as failed at Stripe; `returned` is the movement by which it left.
    """

    charge_id: str
    amount: Money
    created_at: datetime
    succeeded: bool
    donation: str | None
    transaction: Transaction | None = None
    intent_id: str | None = None
    plan: str | None = None
    appeal: str | None = None
    card_last4: str | None = None
    paid_by: str | None = None
    pending: bool = False
    returned: Transaction | None = None

    @property
    def has_come(self) -> bool:
        """Whether the money has come, if only to be taken back later."""
        return self.succeeded or self.returned is not None

    @property
    def received_at(self) -> datetime | None:
        """When the money came: when the card was charged, or, for what takes days, when it came to our balance; `None`
        while Stripe has not said so."""
        if self.paid_by not in _DELAYED:
            return self.created_at
        return None if self.transaction is None else max(self.created_at, self.transaction.created_at)


def read_charge(body: dict[str, Any]) -> Charge:
    """Read a charge from Stripe's JSON; where its own metadata is silent, that of its expanded PaymentIntent speaks."""
    intent = body.get("payment_intent")
    metadata = body.get("metadata") or {}
    if DONATION not in metadata and isinstance(intent, dict):
        metadata = intent.get("metadata") or {}
    means = body.get("payment_method_details") or {}
    return Charge(
        charge_id=body["id"],
        amount=Money(body["amount_captured"] if body.get("captured") else body["amount"], body["currency"]),
        created_at=clock.from_timestamp(body["created"]),
        succeeded=body["status"] == "succeeded" and bool(body.get("paid")) and bool(body.get("captured")),
        donation=metadata.get(DONATION),
        transaction=read_if_there(body.get("balance_transaction")),
        intent_id=intent.get("id") if isinstance(intent, dict) else intent,
        card_last4=((means.get("card") or {}).get("last4") or "")[-4:] or None,
        paid_by=None if means.get("type") in (None, "card") else str(means["type"])[:40],
        pending=body["status"] == "pending",
        returned=read_if_there(body.get("failure_balance_transaction")),
    )


# The key under which our own reference of a refund travels in its metadata.
REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back to a giver, of one charge. `status` is Stripe's: pending, requires_action, succeeded,
    failed or canceled. `given_back` and `came_back` are the movements it has caused so far."""

    refund_id: str
    reference: str | None
    charge: Charge
    amount: Money
    status: str
    given_back: Transaction | None
    came_back: Transaction | None


def read_refund(body: dict[str, Any]) -> Refund:
    """Read a refund from Stripe's JSON with its charge and its balance transactions expanded."""
    return Refund(
        refund_id=body["id"],
        reference=(body.get("metadata") or {}).get(REFUND),
        charge=read_charge(body["charge"]),
        amount=Money(body["amount"], body["currency"]),
        status=body["status"],
        given_back=read_if_there(body.get("balance_transaction")),
        came_back=read_if_there(body.get("failure_balance_transaction")),
    )


LOST, WON = "lost", "won"


@dataclass(frozen=True, slots=True)
class StripeDispute:
    """A giver's bank asks for the money back. `status` is Stripe's and may be a word we do not know; `due_by` is when
    an answer must be there; `movements` are its withdrawals and reinstatements so far."""

    dispute_id: str
    charge: Charge
    amount: Money
    status: str
    reason: str
    created_at: datetime
    due_by: datetime | None
    movements: tuple[Transaction, ...]


def read_dispute(body: dict[str, Any]) -> StripeDispute:
    """Read a dispute from Stripe's JSON with its charge expanded; its balance transactions always are."""
    due = (body.get("evidence_details") or {}).get("due_by")
    return StripeDispute(
        dispute_id=body["id"],
        charge=read_charge(body["charge"]),
        amount=Money(body["amount"], body["currency"]),
        status=body["status"],
        reason=body.get("reason") or "",
        created_at=clock.from_timestamp(body["created"]),
        due_by=None if due is None else clock.from_timestamp(due),
        movements=tuple(map(read_transaction, body.get("balance_transactions") or ())),
    )


def movements_when_lost(dispute: StripeDispute) -> frozenset[str] | None:
    """The ids of the movements that a dispute had when it was lost, as the event that closed it says; `None` when no
    such event has come (yet).

    A dispute that is lost and overturned afterwards does not say any more that it ever was lost, but the event that was
    stored does, whenever somebody looks.
    """
    closed = db.session.scalars(
        select(StripeEvent.body)
        .where(
            StripeEvent.about.in_((dispute.charge.charge_id, dispute.dispute_id)),
            StripeEvent.type == "charge.dispute.closed",
        )
        .order_by(StripeEvent.created_at, StripeEvent.event_id)
    )
    for body in closed:
        event_object = json.loads(body)["data"]["object"] if body else {}
        if event_object.get("id") == dispute.dispute_id and event_object.get("status") == LOST:
            listed = event_object.get("balance_transactions") or ()
            return frozenset(each["id"] if isinstance(each, dict) else each for each in listed)
    return None
