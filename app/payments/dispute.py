"""A dispute as Stripe's objects describe it, in our words."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app import clock
from app.extensions import db
from app.money import Money
from app.payments import charge as charges
from app.payments.charge import Charge
from app.payments.event import StripeEvent
from app.payments.transaction import Transaction
from app.payments.transaction import read as read_transaction

LOST, WON = "lost", "won"


@dataclass(frozen=True, slots=True)
class Dispute:
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


def read(body: dict[str, Any]) -> Dispute:
    """Read a dispute from Stripe's JSON with its charge expanded; its balance transactions always are."""
    due = (body.get("evidence_details") or {}).get("due_by")
    return Dispute(
        dispute_id=body["id"],
        charge=charges.read(body["charge"]),
        amount=Money(body["amount"], body["currency"]),
        status=body["status"],
        reason=body.get("reason") or "",
        created_at=clock.from_timestamp(body["created"]),
        due_by=None if due is None else clock.from_timestamp(due),
        movements=tuple(map(read_transaction, body.get("balance_transactions") or ())),
    )


def movements_when_lost(dispute: Dispute) -> frozenset[str] | None:
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
        told = json.loads(body)["data"]["object"] if body else {}
        if told.get("id") == dispute.dispute_id and told.get("status") == LOST:
            listed = told.get("balance_transactions") or ()
            return frozenset(each["id"] if isinstance(each, dict) else each for each in listed)
    return None
