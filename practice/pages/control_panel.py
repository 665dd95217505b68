"""The control panel: what Practice Stripe did, what it told and how that was answered, and what can be done by hand."""

import sqlite3
from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.money import Money, written
from practice import simulated_time, store
from practice.api import answering
from practice.api.refusals import Refused
from practice.happening import debiting
from practice.objects import sessions, subscriptions, transactions
from practice.pages.control import DELIVERY_FAULTS
from practice.webhooks import queue

control_panel = Blueprint("control_panel", __name__)


@control_panel.get("/")
def show() -> ResponseReturnValue:
    """The last of everything, with how each delivery went."""
    with answering.database().open() as db:
        return render_template(
            "control_panel.html",
            now=clock.from_timestamp(simulated_time.now()),
            balance=_balance(db),
            sessions=_sessions(db),
            subscriptions=_subscriptions(db),
            charges=[_written(row) for row in _last(db, "charge") if row["paid"] or debiting.is_debit(row)],
            refunds=[_written(row) for row in _last(db, "refund")],
            disputes=[_written(row) for row in _last(db, "dispute")],
            payouts=[_written(row) for row in _last(db, "payout")],
            events=_events(db),
            on=store.delivery_faults(db),
            webhook_url=current_app.extensions["settings"].webhook_url,
        )


@control_panel.post("/delivery")
def switch() -> ResponseReturnValue:
    """Switch the chosen faults on and the others off."""
    with answering.database().open() as db:
        store.switch(db, set(DELIVERY_FAULTS) & set(request.form.getlist("on")))
    return _back()


@control_panel.post("/events/<reference>/deliveries")
def deliver_again(reference: str) -> ResponseReturnValue:
    """Send an event once more."""
    with answering.database().open() as db:
        if not queue.again(db, reference):
            abort(404)
    return _back()


@control_panel.post("/sessions/<reference>/expiry")
def expire(reference: str) -> ResponseReturnValue:
    """End an open session before its time, as if the payer had walked away."""
    with answering.database().open() as db:
        try:
            stored = sessions.present(db, reference)
            sessions.expire(db, stored.body, stored.private, answering.by_hand())
        except Refused as refused:
            abort(404 if refused.status == 404 else 409)
    return _back()


def _back() -> ResponseReturnValue:
    """To the control panel, after telling the rounds that there is something to do."""
    answering.rounds().wake()
    return redirect("/", code=303)


def _last(db: sqlite3.Connection, kind: str) -> list[dict[str, Any]]:
    return store.every(db, kind, 20)


def _written(body: dict[str, Any]) -> dict[str, Any]:
    """An object as the page shows it: when it was made, its sum in words, and what is left of it to refund."""
    currency = body["currency"]
    left = body["amount"] - body.get("amount_refunded", 0)
    return {
        **body,
        "made": clock.from_timestamp(body["created"]),
        "sum": written(Money(body["amount"], currency)),
        "left": str(Money(left, currency).major()) if left and body.get("paid", True) else "",
    }


def _balance(db: sqlite3.Connection) -> list[dict[str, str]]:
    """What Practice Stripe holds, by currency, in words."""
    held = transactions.balance(db)
    return [
        {
            "available": written(Money(available["amount"], available["currency"])),
            "pending": written(Money(pending["amount"], pending["currency"])),
        }
        for available, pending in zip(held["available"], held["pending"], strict=True)
    ]


def _sessions(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """The last twenty sessions, as the page shows them."""
    rows = [sessions.present(db, body["id"]) for body in _last(db, "checkout.session")]
    return [
        {
            "id": stored.body["id"],
            "made": clock.from_timestamp(stored.body["created"]),
            "what": stored.private["items"][0]["description"],
            "amount": written(Money(stored.body["amount_total"], stored.body["currency"])),
            "status": stored.body["status"],
            "paid": stored.body["payment_status"] == "paid",
            "url": stored.body["url"],
        }
        for stored in rows
    ]


def _subscriptions(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """The last twenty monthly gifts, each with its customer, its sum and where an unpaid month can be paid."""
    shown = []
    for body in _last(db, "subscription"):
        price = body["items"]["data"][0]["price"]
        customer = store.look_up(db, body["customer"]) or {}
        invoice = store.look_up(db, body["latest_invoice"] or "") or {}
        shown.append(
            {
                **body,
                "made": clock.from_timestamp(body["created"]),
                "who": customer.get("name"),
                "sum": written(Money(price["unit_amount"], price["currency"])),
                "until": clock.from_timestamp(subscriptions.current_end(body)),
                "invoice": invoice["hosted_invoice_url"] if invoice.get("status") == "open" else None,
            }
        )
    return shown


def _events(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """The last forty events with their deliveries; instants are aware, or none."""
    return [
        {
            **row,
            "made": clock.from_timestamp(row["created"]),
            "next": clock.from_timestamp(int(row["next_at"])) if row["next_at"] else None,
        }
        for row in queue.latest(db, 40)
    ]
