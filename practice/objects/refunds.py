"""Refunds: money given back, at once and never more than is left; a few come back later."""

import sqlite3
from typing import Any

from app.money import Money, written
from practice import simulated_time, store
from practice.api import parameters
from practice.api.parameters import integer, one_of, text
from practice.api.refusals import Refused, no_such
from practice.happening import paying
from practice.objects import shapes, transactions
from practice.objects.cards import CARDS
from practice.webhooks.events import BY_ITSELF, Cause, emit

PARAMETERS: parameters.Shape = {
    "amount": integer,
    "charge": text,
    "expand": parameters.EXPAND,
    "metadata": parameters.METADATA,
    "payment_intent": text,
    "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
}


def create(db: sqlite3.Connection, given: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """Give money back; raises `Refused` where Stripe refuses. The refunds of special cards end a moment later.

    The money leaves the balance at once; the charge's fee is not returned.
    A balance that is too small does not hold a refund up here, as it does at Stripe (`pending`).
    """
    charge, card = _charge(db, given)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = given.get("amount", left)
    if left == 0:
        raise Refused(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if charge["disputed"] and not all(row["is_charge_refundable"] for row in _disputes(db, charge)):
        raise Refused(f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed")
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise Refused(message, code="parameter_invalid_integer", param="amount")
    if amount > left:
        asked, unrefunded = (written(Money(minor, charge["currency"])) for minor in (amount, left))
        message = f"Refund amount ({asked}) is greater than unrefunded amount on charge ({unrefunded})"
        raise Refused(message, param="amount")
    refund = _body(charge, amount, given, "pending" if card == "succeeds" else "succeeded")
    transaction = transactions.book(
        db, refund, "refund", -amount, category="refund", description=f"REFUND FOR CHARGE ({charge['description']})"
    )
    refund["balance_transaction"] = transaction["id"]
    store.keep(db, refund, {"ends": card}, due_at=simulated_time.soon() if card else None)
    refunded = _counted(db, charge, amount)
    emit(db, "refund.created", refund, cause)
    emit(db, "charge.refunded", refunded, cause, previous={"amount_refunded": charge["amount_refunded"]})
    return refund


def update(db: sqlite3.Connection, refund: dict[str, Any], given: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """Change a refund's metadata."""
    changed = {**refund, "metadata": parameters.merged(refund["metadata"], given.get("metadata"))}
    store.keep(db, changed)
    emit(db, "refund.updated", changed, cause, previous={"metadata": refund["metadata"]})
    return changed


def end(db: sqlite3.Connection, stored: store.Stored) -> None:
    """The time of a special card's refund has come: it succeeds, or fails after all."""
    if stored.private.get("ends") == "fails":
        fail(db, stored.body)
        return
    done = {**stored.body, "status": "succeeded"}
    done.pop("pending_reason", None)
    store.keep(db, done)
    emit(db, "refund.updated", done, BY_ITSELF, previous={"status": "pending"})


def fail(db: sqlite3.Connection, refund: dict[str, Any]) -> dict[str, Any]:
    """The card's bank would not take the money: it comes back to the balance (docs.stripe.com/refunds#failed-refunds).

    The charge counts the sum as not refunded again.
    """
    if refund["status"] not in ("pending", "succeeded"):
        raise Refused(f"This refund has ended: its status is {refund['status']}.")
    transaction = transactions.book(
        db, refund, "refund_failure", refund["amount"], category="refund_failure", description="REFUND FAILURE"
    )
    failed = {
        **refund,
        "failure_balance_transaction": transaction["id"],
        "failure_reason": "expired_or_canceled_card",
        "status": "failed",
    }
    store.keep(db, failed)
    charge = store.find(db, "charge", refund["charge"])
    if charge is not None:
        _counted(db, charge.body, -refund["amount"])
    emit(db, "refund.updated", failed, BY_ITSELF, previous={"status": refund["status"]})
    emit(db, "refund.failed", failed, BY_ITSELF)
    return failed


def _charge(db: sqlite3.Connection, given: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The charge that is meant, captured, and how the refunds of its card end."""
    if "charge" not in given and "payment_intent" not in given:
        raise Refused("One of the following params should be provided for this request: payment_intent or charge.")
    reference = given.get("charge", "")
    if "charge" not in given:
        intent = store.find(db, "payment_intent", given["payment_intent"])
        if intent is None:
            raise no_such("payment_intent", given["payment_intent"], param="payment_intent")
        reference = intent.body["latest_charge"] or ""
    stored = store.find(db, "charge", reference)
    if stored is None or not stored.body["paid"]:
        raise no_such("charge", reference)
    card = CARDS.get(stored.private.get("card", ""))
    return paying.capture(db, stored.body), card.refund if card else ""


def _disputes(db: sqlite3.Connection, charge: dict[str, Any]) -> list[dict[str, Any]]:
    return store.every(db, "dispute", charge=charge["id"])


def _counted(db: sqlite3.Connection, charge: dict[str, Any], amount: int) -> dict[str, Any]:
    """The charge with this much more, or less, refunded."""
    refunded = charge["amount_refunded"] + amount
    counted = {**charge, "amount_refunded": refunded, "refunded": refunded == charge["amount_captured"]}
    store.keep(db, counted)
    return counted


def _body(charge: dict[str, Any], amount: int, given: dict[str, Any], status: str) -> dict[str, Any]:
    return {
        **shapes.refund(),
        "id": store.mint("re"),
        "amount": amount,
        "charge": charge["id"],
        "created": simulated_time.now(),
        "currency": charge["currency"],
        "metadata": parameters.merged({}, given.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": given.get("reason"),
        "status": status,
    } | ({"pending_reason": "processing"} if status == "pending" else {})
