"""Subscriptions: somebody promised a sum each month, and a card pays it until one of the two ends."""

import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.api.refusals import no_such
from practice.happening import debiting, paying, renewing
from practice.objects import catalogue, customers, invoices, shapes
from practice.objects.bank_accounts import BankAccount
from practice.objects.intents import Means, Payer
from practice.webhooks.events import Cause, emit


def begin(
    db: sqlite3.Connection,
    session: store.Stored,
    customer: str,
    intent: dict[str, Any],
    tried: tuple[dict[str, Any], Means, Payer],
    cause: Cause,
) -> tuple[str, str]:
    """The first payment of a session's monthly gift, with a card that pays or a debit that comes later; the ids of
    subscription and invoice. With a debit the subscription runs before the money has come, as at Stripe."""
    method, means, payer = tried
    method = customers.attach(db, customer, method["id"], cause)
    subscription, origin = _body(session, customer, method["id"]), session.private["origin"]
    store.keep(db, subscription, {"origin": origin})
    draft = invoices.draw(db, subscription, "subscription_create", cause)
    invoice = invoices.finalize(db, draft, origin, cause, intent)
    if isinstance(means, BankAccount):
        debiting.ask(db, intent, method, means, payer, cause)
        store.keep(db, {**invoice, "attempted": True})
    else:
        paying.pay(db, intent, method, means, payer, cause)
        invoices.paid(db, invoice, cause)
    subscription["latest_invoice"] = invoice["id"]
    keep(db, subscription)
    emit(db, "customer.subscription.created", subscription, cause)
    return subscription["id"], invoice["id"]


def keep(db: sqlite3.Connection, subscription: dict[str, Any]) -> None:
    """Keep it as it is now, due when its period, its pause or itself is to end."""
    instants = [current_end(subscription), subscription["cancel_at"], _resumes_at(subscription)]
    runs = subscription["status"] in ("active", "past_due")
    store.keep(db, subscription, due_at=min(at for at in instants if at is not None) if runs else None)


def change(
    db: sqlite3.Connection,
    subscription: dict[str, Any],
    news: dict[str, Any],
    cause: Cause,
    kind: str = "customer.subscription.updated",
) -> dict[str, Any]:
    """Keep the subscription with its news and tell them; nothing is told when nothing is new."""
    changed = {**subscription, **news}
    previous = {name: subscription[name] for name in news if subscription[name] != news[name]}
    if previous:
        keep(db, changed)
        emit(db, kind, changed, cause, previous=previous)
    return changed


def end(
    db: sqlite3.Connection,
    subscription: dict[str, Any],
    cause: Cause,
    reason: str = "cancellation_requested",
    details: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """It is over at once; what was not paid is no longer tried. `reason` is Stripe's word, `details` the giver's."""
    moment = simulated_time.now()
    said = subscription["cancellation_details"] if details is None else shapes.cancellation(reason, details)
    ended = {
        **subscription,
        "canceled_at": subscription["canceled_at"] or moment,
        "cancellation_details": {**said, "reason": reason},
        "ended_at": moment,
        "pause_collection": None,
        "status": "canceled",
    }
    keep(db, ended)
    for invoice in store.every(db, "invoice", status="open", customer=subscription["customer"]):
        if of(invoice) == subscription["id"]:
            store.keep(db, {**invoice, "auto_advance": False, "next_payment_attempt": None})
    emit(db, "customer.subscription.deleted", ended, cause)
    return ended


def current_end(subscription: dict[str, Any]) -> int:
    """When what was last paid for is over, in Unix seconds."""
    return int(subscription["items"]["data"][0]["current_period_end"])


def of(invoice: dict[str, Any]) -> str:
    """The id of the subscription that an invoice is for."""
    return str(invoice["parent"]["subscription_details"]["subscription"])


def running(db: sqlite3.Connection, reference: str) -> store.Stored:
    """The subscription; raises `Refused` when there is none, or it has ended: Stripe knows it no longer then."""
    stored = store.find(db, "subscription", reference)
    if stored is None or stored.body["status"] == "canceled":
        raise no_such("subscription", reference)
    return stored


def _resumes_at(subscription: dict[str, Any]) -> int | None:
    paused = subscription["pause_collection"]
    return paused["resumes_at"] if paused else None


def _body(session: store.Stored, customer: str, method_id: str) -> dict[str, Any]:
    created, reference, asked = simulated_time.now(), store.mint("sub"), session.private["subscription"]
    items = [
        {
            "id": store.mint("si"),
            "object": "subscription_item",
            "billing_thresholds": None,
            "created": created,
            "current_period_end": renewing.later(created, catalogue.step(line["price"])),
            "current_period_start": created,
            "discounts": [],
            "metadata": {},
            "price": line["price"],
            "quantity": line["quantity"],
            "subscription": reference,
            "tax_rates": [],
        }
        for line in session.private["items"]
    ]
    url = f"/v1/subscription_items?subscription={reference}"
    return {
        **shapes.subscription(),
        "id": reference,
        "billing_cycle_anchor": created,
        "billing_mode": {"flexible": None, "type": "classic", "updated_at": created},
        "created": created,
        "currency": session.body["currency"],
        "customer": customer,
        "default_payment_method": method_id,
        "description": asked.get("description"),
        "items": {"object": "list", "data": items, "has_more": False, "url": url},
        "metadata": asked.get("metadata", {}),
        "start_date": created,
    }
