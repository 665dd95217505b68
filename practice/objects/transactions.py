"""Balance transactions: every movement of the money that Practice Stripe holds, and the balance that they add up to."""

import sqlite3
from typing import Any

from practice import simulated_time, store

_DAY = 24 * 60 * 60


def book(
    db: sqlite3.Connection,
    source: dict[str, Any],
    kind: str,
    amount: int,
    *,
    category: str,
    description: str | None,
    fee: int = 0,
    fee_for: str = "",
    at_once: bool = False,
) -> dict[str, Any]:
    """Write down that `amount` minor units came (or, being negative, went) because of `source`; the new transaction.

    `kind` and `category` are Stripe's `type` and `reporting_category`; `fee` is taken off besides (a negative one is
    given back). Money is available after two days, or `at_once`. Nothing is converted here.
    """
    created, currency = simulated_time.now(), source["currency"]
    detail = {"amount": fee, "application": None, "currency": currency, "description": fee_for, "type": "stripe_fee"}
    transaction = {
        "id": store.mint("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": created if at_once else created // _DAY * _DAY + 2 * _DAY,
        "balance_type": "payments",
        "created": created,
        "currency": currency,
        "description": description,
        "exchange_rate": None,
        "fee": fee,
        "fee_details": [detail] if fee else [],
        "net": amount - fee,
        "reporting_category": category,
        "source": source["id"],
        "status": "available" if at_once else "pending",
        "type": kind,
    }
    store.keep(db, transaction, due_at=None if at_once else transaction["available_on"])
    return transaction


def make_available(db: sqlite3.Connection, transaction: dict[str, Any]) -> None:
    """Its money can be paid out from now on."""
    available_on = min(transaction["available_on"], simulated_time.now())
    store.keep(db, {**transaction, "available_on": available_on, "status": "available"})


def make_all_available(db: sqlite3.Connection) -> None:
    """Do not wait for what is still pending."""
    for transaction in store.every(db, "balance_transaction", status="pending"):
        make_available(db, transaction)


def unpaid(db: sqlite3.Connection) -> dict[str, list[str]]:
    """The available transactions that no automatic payout holds yet: their ids, by currency, oldest first."""
    rows = db.execute(
        "SELECT id, json_extract(body, '$.currency') AS currency FROM objects WHERE kind = 'balance_transaction' "
        "AND json_extract(body, '$.status') = 'available' AND json_extract(private, '$.payout') IS NULL ORDER BY seq"
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["currency"], []).append(row["id"])
    return found


def assign(db: sqlite3.Connection, references: list[str], payout: str) -> None:
    """From now on these transactions are listed under this payout."""
    db.executemany(
        "UPDATE objects SET private = json_set(private, '$.payout', ?) WHERE id = ?",
        [(payout, reference) for reference in references],
    )


def balance(db: sqlite3.Connection) -> dict[str, Any]:
    """Stripe's `balance`: what the transactions add up to, by currency, available and still pending."""
    sums = {
        (row["status"], row["currency"]): row["net"]
        for row in db.execute(
            "SELECT json_extract(body, '$.status') AS status, json_extract(body, '$.currency') AS currency, "
            "sum(json_extract(body, '$.net')) AS net FROM objects WHERE kind = 'balance_transaction' GROUP BY 1, 2"
        )
    }
    currencies = sorted({currency for _, currency in sums} or {"gbp"})

    def amounts(status: str) -> list[dict[str, Any]]:
        found = [(sums.get((status, currency), 0), currency) for currency in currencies]
        return [
            {"amount": amount, "currency": currency, "source_types": {"card": amount}} for amount, currency in found
        ]

    return {
        "object": "balance",
        "available": amounts("available"),
        "livemode": False,
        "pending": amounts("pending"),
    }
