"""One try of a card on a payment intent: it pays, or its bank says no. Either way it leaves a charge."""

import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.objects import charges
from practice.objects.cards import Card
from practice.objects.intents import Payer
from practice.webhooks.events import Cause, emit


def pay(
    db: sqlite3.Connection, intent: dict[str, Any], method: dict[str, Any], card: Card, payer: Payer, cause: Cause
) -> dict[str, Any]:
    """The bank gave the money; the intent as it is then. The fee is not known yet: the charge is captured soon."""
    charge = charges.made(intent, method, card, payer)
    store.keep(db, charge, {"card": card.number}, due_at=simulated_time.soon())
    paid = {
        **intent,
        "status": "succeeded",
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
    }
    store.keep(db, paid)
    emit(db, "charge.succeeded", charge, cause)
    emit(db, "payment_intent.succeeded", paid, cause)
    return paid


def decline(
    db: sqlite3.Connection, intent: dict[str, Any], method: dict[str, Any], card: Card, payer: Payer, cause: Cause
) -> dict[str, Any]:
    """The bank gave nothing; the intent as it is then waits for another card."""
    charge = charges.made(intent, method, card, payer)
    store.keep(db, charge, {"card": card.number})
    unpaid = {
        **intent,
        "status": "requires_payment_method",
        "last_payment_error": charges.error(charge, method, card),
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": None,
    }
    store.keep(db, unpaid)
    emit(db, "charge.failed", charge, cause)
    emit(db, "payment_intent.payment_failed", unpaid, cause)
    return unpaid
