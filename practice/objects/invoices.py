"""Invoices: what a month of a subscription costs, from the draft to paid, void or given up."""

import sqlite3
from typing import Any

from app.money import Money, written
from practice import simulated_time, store
from practice.api.refusals import Refused
from practice.objects import customers, intents, invoice_shapes
from practice.webhooks.events import Cause, emit


def draw(
    db: sqlite3.Connection, subscription: dict[str, Any], reason: str, cause: Cause, since: int | None = None
) -> dict[str, Any]:
    """A draft for the items' current periods; `reason` is Stripe's `billing_reason`.

    As at Stripe, the invoice's own period is the one that ends now, begun at `since`; the lines tell what is paid for.
    """
    customer = customers.present(db, subscription["customer"])
    reference, items = store.mint("in"), subscription["items"]["data"]
    lines = [invoice_shapes.invoice_line(item, reference, _described(db, item)) for item in items]
    total = sum(line["amount"] for line in lines)
    start = items[0]["current_period_start"]
    invoice = {
        **invoice_shapes.invoice(),
        "id": reference,
        "amount_due": total,
        "amount_remaining": total,
        "billing_reason": reason,
        "created": simulated_time.now(),
        "currency": subscription["currency"],
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "lines": {"object": "list", "data": lines, "has_more": False, "url": f"/v1/invoices/{reference}/lines"},
        "parent": {
            "quote_details": None,
            "subscription_details": {"metadata": subscription["metadata"], "subscription": subscription["id"]},
            "type": "subscription_details",
        },
        "period_end": start,
        "period_start": start if since is None else since,
        **dict.fromkeys(("subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"), total),
        "webhooks_delivered_at": simulated_time.now(),
    }
    store.keep(db, invoice)
    emit(db, "invoice.created", invoice, cause)
    return invoice


def finalize(
    db: sqlite3.Connection, invoice: dict[str, Any], origin: str, cause: Cause, intent: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Number the draft and open it for payment, by `intent` or by a PaymentIntent of its own.

    Stripe leaves a renewal's draft alone for an hour; Practice Stripe does not wait. `origin` is its own address.
    """
    _, number = customers.next_number(db, invoice["customer"])
    address = f"{origin}/i/{invoice['id']}"
    opened = {
        **invoice,
        "effective_at": simulated_time.now(),
        "hosted_invoice_url": address,
        "invoice_pdf": f"{address}/pdf",
        "number": number,
        "status": "open",
        "status_transitions": {**invoice["status_transitions"], "finalized_at": simulated_time.now()},
    }
    store.keep(db, opened)
    emit(db, "invoice.finalized", opened, cause)
    if intent is None:
        asked = {"amount_total": invoice["amount_due"], **invoice}
        intent = intents.begin(db, asked, {"description": "Subscription update"}, cause)
    store.keep(db, invoice_shapes.invoice_payment(opened, intent["id"]))
    return opened


def payment(db: sqlite3.Connection, invoice: dict[str, Any]) -> dict[str, Any]:
    """How the open invoice is paid: its InvoicePayment."""
    return store.every(db, "invoice_payment", invoice=invoice["id"])[0]


def paid(db: sqlite3.Connection, invoice: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """The money is there."""
    made, moment = payment(db, invoice), simulated_time.now()
    transitions = {**made["status_transitions"], "paid_at": moment}
    made |= {"amount_paid": invoice["amount_due"], "status": "paid", "status_transitions": transitions}
    store.keep(db, made)
    done = {
        **invoice,
        "amount_paid": invoice["amount_due"],
        "amount_remaining": 0,
        "attempt_count": invoice["attempt_count"] + 1,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status": "paid",
        "status_transitions": {**invoice["status_transitions"], "paid_at": moment},
    }
    store.keep(db, done)
    for kind in ("invoice.payment_succeeded", "invoice.paid"):
        emit(db, kind, done, cause)
    emit(db, "invoice_payment.paid", made, cause)
    return done


def end(db: sqlite3.Connection, invoice: dict[str, Any], status: str, cause: Cause) -> dict[str, Any]:
    """Nobody will pay it: it is `void`, or given up as `uncollectible`."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise Refused(f"You can only pass in open invoices. This invoice isn't open: it is {invoice['status']}.")
    name = {"void": "voided", "uncollectible": "marked_uncollectible"}[status]
    transitions = {**invoice["status_transitions"], f"{name}_at": simulated_time.now()}
    over = {"auto_advance": False, "next_payment_attempt": None}
    ended = {**invoice, **over, "status": status, "status_transitions": transitions}
    store.keep(db, ended)
    if status == "void":
        _cancel(db, payment(db, invoice), cause)
    emit(db, f"invoice.{name}", ended, cause)
    return ended


def _cancel(db: sqlite3.Connection, made: dict[str, Any], cause: Cause) -> None:
    """The way it was to be paid is closed, with its PaymentIntent."""
    moment = simulated_time.now()
    transitions = {**made["status_transitions"], "canceled_at": moment}
    store.keep(db, {**made, "status": "canceled", "status_transitions": transitions})
    intent = store.look_up(db, made["payment"]["payment_intent"])
    if intent is not None:
        canceled = {**intent, "canceled_at": moment, "cancellation_reason": "void_invoice", "status": "canceled"}
        store.keep(db, canceled)
        emit(db, "payment_intent.canceled", canceled, cause)


def _described(db: sqlite3.Connection, item: dict[str, Any]) -> str:
    price = item["price"]
    product = store.look_up(db, price["product"]) or {"name": ""}
    unit = written(Money(price["unit_amount"], price["currency"]))
    return f"{item['quantity']} × {product['name']} (at {unit} / {price['recurring']['interval']})"
