"""What comes later by itself: the fee of a charge, money that becomes available, sessions that nobody paid."""

import sqlite3
from typing import Any

from app.practice import drawer, sessions
from app.practice.events import BY_ITSELF, emit

_DAY = 24 * 60 * 60


def fee(amount: int) -> int:
    """Stripe's charity price for a UK card, in minor units: 1.2 % rounded half up, and 20; £25 costs 50p."""
    return (amount * 12 + 500) // 1000 + 20


def settle_what_is_due(db: sqlite3.Connection) -> None:
    """Do everything whose time has come: each object says what it waited for by what it is."""
    for kept in drawer.due(db):
        if kept.body["object"] == "charge":
            _settle(db, kept.body)
        elif kept.body["object"] == "balance_transaction":
            drawer.keep(db, {**kept.body, "status": "available"})
        else:
            sessions.expire(db, kept.body, kept.private, BY_ITSELF)


def _settle(db: sqlite3.Connection, charge: dict[str, Any]) -> None:
    """Write the balance transaction of a paid charge, and tell it with `charge.updated`.

    Capture is asynchronous at Stripe: until then the charge has no balance transaction
    (docs.stripe.com/payments/payment-intents/asynchronous-capture). Nothing is converted here: a charge settles in
    its own currency.
    """
    amount, currency = charge["amount"], charge["currency"]
    cost, created = fee(amount), drawer.now()
    detail = {"amount": cost, "application": None, "currency": currency, "type": "stripe_fee"}
    transaction = {
        "id": drawer.mint("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created // _DAY * _DAY + 2 * _DAY,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": charge["description"],
        "exchange_rate": None,
        "fee": cost,
        "fee_details": [{**detail, "description": "Stripe processing fees"}],
        "net": amount - cost,
        "reporting_category": "charge",
        "source": charge["id"],
        "status": "pending",
        "type": "charge",
    }
    drawer.keep(db, transaction, due_at=transaction["available_on"])
    settled = {**charge, "balance_transaction": transaction["id"]}
    drawer.keep(db, settled)
    emit(db, "charge.updated", settled, BY_ITSELF, previous={"balance_transaction": None})
