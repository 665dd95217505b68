"""`expand[]`: putting an object in the place of its id."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from practice import store
from practice.api.refusals import Refused
from practice.objects import disputes
from practice.webhooks import events

# What may be expanded in each kind of object, and in the parts of one.
_EXPANDABLE: dict[str, tuple[str, ...]] = {
    "balance_transaction": ("source",),
    "charge": ("balance_transaction", "customer", "failure_balance_transaction", "payment_intent"),
    "checkout.session": ("customer", "invoice", "payment_intent", "subscription"),
    "dispute": ("charge", "payment_intent"),
    "invoice": ("customer", "default_payment_method", "parent"),
    "invoice.parent": ("subscription_details",),
    "invoice.parent.subscription_details": ("subscription",),
    "invoice_payment": ("invoice", "payment"),
    "invoice_payment.payment": ("payment_intent",),
    "payment_intent": ("customer", "latest_charge", "payment_method"),
    "payment_method": ("customer",),
    "payout": ("balance_transaction", "failure_balance_transaction"),
    "price": ("product",),
    "refund": ("balance_transaction", "charge", "failure_balance_transaction", "payment_intent"),
    "setup_intent": ("customer", "payment_method"),
    "subscription": ("customer", "default_payment_method", "items", "latest_invoice"),
    "subscription_item": ("price",),
}
# Lists that are shown only when they are asked for: their kind, the field that names their owner, their address.
_LISTS = {
    ("charge", "refunds"): ("refund", "charge", "/v1/charges/{}/refunds"),
    ("invoice", "payments"): ("invoice_payment", "invoice", "/v1/invoice_payments?invoice={}"),
}


def expanded(db: sqlite3.Connection, body: dict[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The object with everything that `paths` name in place; raises `Refused` for a path that cannot be expanded."""
    shown = _fresh(db, body)
    kind = shown.get("object", "")
    for path in paths:
        head, _, rest = path.partition(".")
        if kind == "list" and head == "data" and rest:
            shown["data"] = [expanded(db, item, [rest]) for item in shown["data"]]
        elif kind == "checkout.session" and path == "line_items":
            shown["line_items"] = line_items(db, body["id"])
        elif (kind, head) in _LISTS:
            whole = shown.get(head) or _list(db, kind, head, body["id"])
            shown[head] = expanded(db, whole, [rest] if rest else [])
        else:
            shown[head] = _one(db, shown, kind, head, rest)
    return shown


def line_items(db: sqlite3.Connection, session_id: str) -> dict[str, Any]:
    """The lines of a session as a list object."""
    stored = store.find(db, "checkout.session", session_id)
    data = stored.private["items"] if stored else []
    return {"object": "list", "data": data, "has_more": False, "url": f"/v1/checkout/sessions/{session_id}/line_items"}


def _list(db: sqlite3.Connection, owner: str, name: str, reference: str) -> dict[str, Any]:
    kind, field, url = _LISTS[owner, name]
    data = store.every(db, kind, **{field: reference})
    return {"object": "list", "data": data, "has_more": False, "url": url.format(reference)}


def _fresh(db: sqlite3.Connection, body: dict[str, Any]) -> dict[str, Any]:
    """The object as it is now, where a part of it lives elsewhere."""
    match body.get("object"):
        case "list":
            return {**body, "data": [_fresh(db, item) for item in body["data"]]}
        case "event":
            return events.shown(db, body)
        case "dispute":
            return disputes.fresh(db, body)
    return dict(body)


def _one(db: sqlite3.Connection, shown: dict[str, Any], kind: str, name: str, rest: str) -> Any:
    """What stands at `name` in an object, or a part of one, of this kind: itself, expanded further along `rest`."""
    if name not in _EXPANDABLE.get(kind, ()):
        raise Refused(f"This property cannot be expanded ({name}).")
    value = shown.get(name)
    if isinstance(value, str):
        found = store.look_up(db, value)
        value = _fresh(db, found) if found else value
    if not rest or not isinstance(value, dict):
        return value
    if "object" in value:
        return expanded(db, value, [rest])
    part, _, further = rest.partition(".")
    return {**value, part: _one(db, value, f"{kind}.{name}", part, further)}
