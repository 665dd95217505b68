"""Capture: a moment after a charge was paid, its fee becomes known and its money is on the balance."""

import sqlite3
from typing import Any

from practice import store
from practice.objects import disputes, transactions
from practice.objects.cards import CARDS
from practice.webhooks.events import BY_ITSELF, emit


def fee(amount: int) -> int:
    """Stripe's charity price for a UK card, in minor units: 1.2 % rounded half up, and 20; £25 costs 50p."""
    return (amount * 12 + 500) // 1000 + 20


def capture(db: sqlite3.Connection, charge: dict[str, Any]) -> dict[str, Any]:
    """Write the balance transaction of a paid charge, tell it with `charge.updated`, and return the charge.

    Capture is asynchronous at Stripe: until then the charge has no balance transaction
    (docs.stripe.com/payments/payment-intents/asynchronous-capture). Cards that are made to be disputed are disputed
    right afterwards. A charge that has its transaction already is returned as it is.
    """
    if charge["balance_transaction"] or not charge["paid"]:
        return charge
    transaction = transactions.book(
        db,
        charge,
        "charge",
        charge["amount"],
        category="charge",
        description=charge["description"],
        fee=fee(charge["amount"]),
        fee_for="Stripe processing fees",
    )
    settled = {**charge, "balance_transaction": transaction["id"]}
    store.keep(db, settled)
    emit(db, "charge.updated", settled, BY_ITSELF, previous={"balance_transaction": None})
    return disputes.as_the_card_wants(db, settled, _card(db, charge))


def _card(db: sqlite3.Connection, charge: dict[str, Any]) -> Any:
    """The test card that the charge was made with."""
    kept = store.find(db, "charge", charge["id"])
    return CARDS.get(kept.private.get("card", "")) if kept else None
