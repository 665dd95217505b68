"""Debiting a bank account: the debit is asked for now and comes days later, fails, or is taken back afterwards.

The payment page is done with before the money has come: its session is complete and unpaid until then
(docs.stripe.com/payments/checkout/fulfill-orders, "delayed").
"""

import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.api.refusals import Refused
from practice.happening import collecting
from practice.objects import charges, mandates, transactions
from practice.objects.bank_accounts import ACCOUNTS, BankAccount
from practice.objects.intents import Payer
from practice.webhooks.events import BY_ITSELF, Cause, emit

_NO_MONEY_AFTER_ALL = "insufficient_funds"


def ask(
    db: sqlite3.Connection,
    intent: dict[str, Any],
    method: dict[str, Any],
    account: BankAccount,
    payer: Payer,
    cause: Cause,
) -> dict[str, Any]:
    """The payer's bank is asked for the money; the intent as it is then, processing."""
    mandate, new = mandates.given(db, method["id"], account)
    charge = charges.pending(intent, method, account, payer, mandate["id"])
    store.keep(db, charge, {"card": account.number}, due_at=account.due_at(new=new))
    asked = {
        **intent,
        "status": "processing",
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
    }
    store.keep(db, asked)
    emit(db, "charge.pending", charge, cause)
    emit(db, "payment_intent.processing", asked, cause)
    return asked


def end(db: sqlite3.Connection, charge: dict[str, Any]) -> None:
    """The days are over: the money comes, unless the test account says that it does not."""
    account = _account(db, charge)
    fail(db, charge, account.code) if account.code else arrive(db, charge)


def arrive(db: sqlite3.Connection, charge: dict[str, Any]) -> dict[str, Any]:
    """The money has come; the charge as it is then. Its fee becomes known a moment later."""
    _must_be_on_its_way(charge)
    mandates.answered(db, _mandate(charge), accepted=True)
    done = {**charge, "paid": True, "status": "succeeded"}
    store.keep(db, done, due_at=simulated_time.soon())
    emit(db, "charge.succeeded", done, BY_ITSELF)
    intent = {**_intent(db, charge), "amount_received": charge["amount"], "status": "succeeded"}
    store.keep(db, intent)
    emit(db, "payment_intent.succeeded", intent, BY_ITSELF)
    invoice = _invoice(db, intent)
    if invoice is not None and invoice["status"] == "open":
        collecting.came(db, invoice, BY_ITSELF)
    _tell_the_session(db, intent, invoice, "checkout.session.async_payment_succeeded", "paid")
    return done


def fail(db: sqlite3.Connection, charge: dict[str, Any], code: str | None = None) -> dict[str, Any]:
    """The money does not come; the charge as it is then."""
    _must_be_on_its_way(charge)
    account = _account(db, charge)
    code, message = code or _NO_MONEY_AFTER_ALL, account.message or "The bank did not pay."
    if account.ends_mandate:
        mandates.answered(db, _mandate(charge), accepted=False)
    failed = {**charge, "failure_code": code, "failure_message": message, "status": "failed"}
    store.keep(db, failed)
    emit(db, "charge.failed", failed, BY_ITSELF)
    error = charges.debit_error(failed, store.look_up(db, charge["payment_method"]) or {}, account.kind)
    intent = {
        **_intent(db, charge),
        "last_payment_error": error,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    store.keep(db, intent)
    emit(db, "payment_intent.payment_failed", intent, BY_ITSELF)
    invoice = _invoice(db, intent)
    if invoice is not None and invoice["status"] == "open":
        collecting.missed(db, invoice, BY_ITSELF)
    _tell_the_session(db, intent, invoice, "checkout.session.async_payment_failed", "unpaid")
    return failed


def take_back(db: sqlite3.Connection, charge: dict[str, Any]) -> dict[str, Any]:
    """The bank returns a debit that had come, without a dispute: the charge has failed after all, and its PaymentIntent
    stays as it is."""
    if not charge["balance_transaction"] or charge["status"] != "succeeded" or not is_debit(charge):
        raise Refused("Only a debit that has come can be returned.")
    if charge["disputed"] or charge["amount_refunded"]:
        raise Refused("What is disputed or refunded is not returned.")
    transaction = transactions.book(
        db,
        charge,
        "payment_failure_refund",
        -charge["amount"],
        category="payment_failure_refund",
        description=f"Payment failure refund for {charge['id']}",
    )
    failed = {
        **charge,
        "failure_balance_transaction": transaction["id"],
        "failure_code": _NO_MONEY_AFTER_ALL,
        "failure_message": "The bank returned the payment.",
        "paid": False,
        "status": "failed",
    }
    store.keep(db, failed)
    emit(db, "charge.failed", failed, BY_ITSELF)
    return failed


def is_debit(charge: dict[str, Any]) -> bool:
    """Whether a charge debits a bank account."""
    return bool(charge["payment_method_details"]["type"] != "card")


def _must_be_on_its_way(charge: dict[str, Any]) -> None:
    if charge["status"] != "pending":
        raise Refused("This payment is not on its way.")


def _account(db: sqlite3.Connection, charge: dict[str, Any]) -> BankAccount:
    stored = store.find(db, "charge", charge["id"])
    assert stored is not None  # noqa: S101 - it was just read
    return ACCOUNTS[stored.private["card"]]


def _intent(db: sqlite3.Connection, charge: dict[str, Any]) -> dict[str, Any]:
    return store.look_up(db, charge["payment_intent"]) or {}


def _mandate(charge: dict[str, Any]) -> str:
    details = charge["payment_method_details"]
    return str(details[details["type"]]["mandate"])


def _invoice(db: sqlite3.Connection, intent: dict[str, Any]) -> dict[str, Any] | None:
    """The invoice of a subscription that the intent is to pay, if there is one."""
    for made in store.every(db, "invoice_payment", **{"payment.payment_intent": intent["id"]}):
        return store.look_up(db, made["invoice"])
    return None


def _tell_the_session(
    db: sqlite3.Connection, intent: dict[str, Any], invoice: dict[str, Any] | None, kind: str, status: str
) -> None:
    """Say what became of it to whoever waits for the session in which it began; later months have none."""
    of = {"invoice": invoice["id"]} if invoice is not None else {"payment_intent": intent["id"]}
    for session in store.every(db, "checkout.session", **of):
        stored = store.find(db, "checkout.session", session["id"])
        ended = {**session, "payment_status": status}
        store.keep(db, ended, stored.private if stored else None)
        emit(db, kind, ended, BY_ITSELF)
