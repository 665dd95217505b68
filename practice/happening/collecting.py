"""Collecting: an open invoice is paid with the card on file, now, later, or not at all."""

import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.api.refusals import Declined, Refused
from practice.happening import debiting, paying
from practice.objects import customers, intents, invoices, subscriptions
from practice.objects.bank_accounts import BankAccount
from practice.webhooks.events import BY_ITSELF, Cause, emit

_DAY = 24 * 60 * 60

# Days from one failed try to the next; after the last the subscription ends (docs.stripe.com/billing/revenue-recovery).
RETRIES = (3, 5, 7)


def collect(
    db: sqlite3.Connection, invoice: dict[str, Any], cause: Cause, method_id: str | None = None
) -> dict[str, Any]:
    """Try the card of this PaymentMethod, or the one on file; the invoice as it is then.

    It may still be open: then the subscription is past due, and the card is tried again after some days.
    """
    subscription = _subscription(db, invoice)
    chosen = method_id or on_file(db, subscription)
    intent = store.look_up(db, invoices.payment(db, invoice)["payment"]["payment_intent"])
    if chosen is None or intent is None:
        return _missed(db, invoice, subscription, cause)
    method, means, payer = intents.tried(db, chosen)
    if isinstance(means, BankAccount):
        debiting.ask(db, intent, method, means, payer, cause)
        asked = {**invoice, "attempted": True, "next_payment_attempt": None}
        store.keep(db, asked)
        return asked
    if means.code is not None:
        paying.decline(db, intent, method, means, payer, cause)
        return _missed(db, invoice, subscription, cause)
    paying.pay(db, intent, method, means, payer, cause)
    return came(db, invoice, cause)


def came(db: sqlite3.Connection, invoice: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """The month is paid, and the subscription is no longer late; the invoice as it is then."""
    done = invoices.paid(db, invoice, cause)
    subscription = _subscription(db, invoice)
    if subscription["status"] == "past_due":
        subscriptions.change(db, subscription, {"status": "active"}, cause)
    return done


def missed(db: sqlite3.Connection, invoice: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """A debit for the month has failed, days after it was asked for; the invoice as it is then."""
    return _missed(db, invoice, _subscription(db, invoice), cause)


def pay_now(db: sqlite3.Connection, invoice: dict[str, Any], cause: Cause, method_id: str | None) -> dict[str, Any]:
    """Try at once because somebody asked; raises `Declined` with the bank's words when the card does not pay."""
    if invoice["status"] != "open":
        raise Refused(
            f"Invoice is already {invoice['status']}" if invoice["status"] != "draft" else "Invoice is a draft"
        )
    if method_id:
        customers.of_customer(db, invoice["customer"], method_id)
    tried = collect(db, invoice, cause, method_id)
    intent = store.look_up(db, invoices.payment(db, invoice)["payment"]["payment_intent"]) or {}
    if tried["status"] != "paid" and intent.get("status") != "processing":
        raise Declined(intent.get("last_payment_error") or {"message": "There is no card to pay with."})
    return tried


def try_again(db: sqlite3.Connection, invoice: dict[str, Any]) -> None:
    """The day of the next try has come."""
    if invoice["status"] == "open" and invoice["next_payment_attempt"]:
        collect(db, invoice, BY_ITSELF)
    else:
        store.keep(db, invoice)


def on_file(db: sqlite3.Connection, subscription: dict[str, Any]) -> str | None:
    """The PaymentMethod that a subscription is paid with: its own, or its customer's."""
    customer = customers.present(db, subscription["customer"])
    chosen: str | None = (
        subscription["default_payment_method"] or customer["invoice_settings"]["default_payment_method"]
    )
    return chosen


def _subscription(db: sqlite3.Connection, invoice: dict[str, Any]) -> dict[str, Any]:
    found = store.look_up(db, subscriptions.of(invoice))
    if found is None:
        raise ValueError("an invoice without its subscription")
    return found


def _missed(
    db: sqlite3.Connection, invoice: dict[str, Any], subscription: dict[str, Any], cause: Cause
) -> dict[str, Any]:
    """The month is not paid: say so, and when it is tried again; after the last try the subscription is over."""
    count = invoice["attempt_count"] + 1
    over = subscription["status"] == "canceled"
    next_try = simulated_time.now() + RETRIES[count - 1] * _DAY if count <= len(RETRIES) and not over else None
    open_ = {**invoice, "attempt_count": count, "attempted": True, "next_payment_attempt": next_try}
    store.keep(db, open_, due_at=next_try)
    emit(db, "invoice.payment_failed", open_, cause)
    if over:
        return open_
    late = subscriptions.change(db, subscription, {"status": "past_due"}, cause)
    if next_try is None:
        subscriptions.end(db, late, BY_ITSELF, "payment_failed")
    return open_
