"""Payouts: Stripe sends what it holds to the bank, or fetches from there what is owed to it."""

import sqlite3
from typing import Any

from app.money import Money, written
from practice import simulated_time, store
from practice.api import parameters
from practice.api.parameters import integer, one_of, text
from practice.api.refusals import Refused, missing
from practice.objects import shapes, transactions
from practice.webhooks.events import BY_ITSELF, Cause, emit

PARAMETERS: parameters.Shape = {
    "amount": integer,
    "currency": text,
    "description": text,
    "expand": parameters.EXPAND,
    "metadata": parameters.METADATA,
    "method": one_of("standard"),
    "source_type": one_of("card"),
    "statement_descriptor": text,
}


def automatic(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Pay out all that is available, one payout a currency; a balance below zero is fetched from the bank.

    A moment later its transactions can be listed for certain.
    """
    made = []
    for currency, references in transactions.unpaid(db).items():
        found = [store.look_up(db, reference) for reference in references]
        amount = sum(row["net"] for row in found if row)
        if amount == 0:
            continue
        payout = shapes.payout(amount, currency, {"description": "STRIPE PAYOUT"}, automatic=True)
        transaction = _leave(db, payout)
        transactions.assign(db, [*references, transaction["id"]], payout["id"])
        store.keep(db, payout, due_at=simulated_time.soon())
        emit(db, "payout.created", payout, BY_ITSELF)
        made.append(payout)
    return made


def manual(db: sqlite3.Connection, given: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """Pay out a sum that was asked for; its transactions can never be told. Raises `Refused` where Stripe refuses."""
    for name in ("amount", "currency"):
        if name not in given:
            raise missing(name)
    amount, currency = given["amount"], given["currency"].lower()
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise Refused(message, code="parameter_invalid_integer", param="amount")
    rows = transactions.balance(db)["available"]
    available = next((row["amount"] for row in rows if row["currency"] == currency), 0)
    if amount > available:
        asked, there = (written(Money(minor, currency)) for minor in (amount, available))
        message = f"Payout amount ({asked}) is greater than your available balance ({there})."
        raise Refused(message, code="balance_insufficient")
    payout = shapes.payout(amount, currency, given, automatic=False)
    _leave(db, payout)
    store.keep(db, payout, due_at=payout["arrival_date"])
    emit(db, "payout.created", payout, cause)
    return payout


def go_on(db: sqlite3.Connection, payout: dict[str, Any]) -> None:
    """The payout's next time has come: first it is reconciled, then it arrives."""
    if payout["reconciliation_status"] == "in_progress":
        reconciled = {**payout, "reconciliation_status": "completed"}
        store.keep(db, reconciled, due_at=payout["arrival_date"] if payout["status"] == "pending" else None)
        emit(db, "payout.reconciliation_completed", reconciled, BY_ITSELF)
    else:
        arrive(db, payout)


def arrive(db: sqlite3.Connection, payout: dict[str, Any]) -> dict[str, Any]:
    """The bank has it; its reference (`trace_id`) is told a moment after."""
    _must_be(payout, "pending", "in_transit")
    paid = _changed(db, payout, {"status": "paid"})
    emit(db, "payout.paid", paid, BY_ITSELF)
    traced = _changed(db, paid, {"trace_id": {"status": "supported", "value": payout["id"][-12:].upper()}})
    emit(db, "payout.updated", traced, BY_ITSELF, previous={"trace_id": payout["trace_id"]})
    return traced


def fail(db: sqlite3.Connection, payout: dict[str, Any]) -> dict[str, Any]:
    """The bank sent it back, perhaps days after it was `paid`: the money is on the balance again."""
    _must_be(payout, "pending", "in_transit", "paid")
    message = "The bank account has been closed."
    news = {"status": "failed", "failure_code": "account_closed", "failure_message": message}
    failed = _changed(db, payout, {**news, **_return(db, payout, "payout_failure")})
    emit(db, "payout.failed", failed, BY_ITSELF)
    return failed


def cancel(db: sqlite3.Connection, payout: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """Take back a payout that has not left yet."""
    if payout["status"] != "pending":
        raise Refused(f"Payouts can only be canceled while pending; this one is {payout['status']}.")
    canceled = _changed(db, payout, {"status": "canceled", **_return(db, payout, "payout_cancel")})
    emit(db, "payout.canceled", canceled, cause)
    return canceled


def _leave(db: sqlite3.Connection, payout: dict[str, Any]) -> dict[str, Any]:
    about = payout["description"]
    transaction = transactions.book(
        db, payout, "payout", -payout["amount"], category="payout", description=about, at_once=True
    )
    payout["balance_transaction"] = transaction["id"]
    return transaction


def _return(db: sqlite3.Connection, payout: dict[str, Any], kind: str) -> dict[str, Any]:
    """The money comes back, and goes with the next automatic payout."""
    about = payout["description"]
    transaction = transactions.book(
        db, payout, kind, payout["amount"], category="payout_reversal", description=about, at_once=True
    )
    return {"failure_balance_transaction": transaction["id"]}


def _changed(db: sqlite3.Connection, payout: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    """The payout with its news; what is still to be reconciled stays due."""
    changed = {**payout, **news}
    store.keep(
        db, changed, due_at=simulated_time.instant() if changed["reconciliation_status"] == "in_progress" else None
    )
    return changed


def _must_be(payout: dict[str, Any], *statuses: str) -> None:
    if payout["status"] not in statuses:
        raise Refused(f"This payout has ended: its status is {payout['status']}.")
