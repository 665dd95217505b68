"""`expand[]`: putting an object in the place of its id."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from app.practice import disputes, drawer, events
from app.practice.refusals import Refused

# What may be expanded in each kind of object.
_EXPANDABLE: dict[str, tuple[str, ...]] = {
    "balance_transaction": ("source",),
    "charge": ("balance_transaction", "customer", "payment_intent"),
    "checkout.session": ("customer", "invoice", "payment_intent", "subscription"),
    "dispute": ("charge", "payment_intent"),
    "payment_intent": ("customer", "latest_charge", "payment_method"),
    "payout": ("balance_transaction", "failure_balance_transaction"),
    "refund": ("balance_transaction", "charge", "failure_balance_transaction", "payment_intent"),
}


def expanded(db: sqlite3.Connection, body: dict[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The object with everything that `paths` name in place; raises `Refused` for a path that cannot be expanded."""
    shown = _fresh(db, body)
    for path in paths:
        head, _, rest = path.partition(".")
        if shown.get("object") == "list" and head == "data" and rest:
            shown["data"] = [expanded(db, item, [rest]) for item in shown["data"]]
        elif shown.get("object") == "checkout.session" and path == "line_items":
            shown["line_items"] = line_items(db, body["id"])
        elif shown.get("object") == "charge" and path == "refunds":
            shown["refunds"] = refunds(db, body["id"])
        else:
            shown[head] = _one(db, shown, head, rest)
    return shown


def line_items(db: sqlite3.Connection, session_id: str) -> dict[str, Any]:
    """The lines of a session as a list object."""
    kept = drawer.find(db, "checkout.session", session_id)
    data = kept.private["items"] if kept else []
    return {"object": "list", "data": data, "has_more": False, "url": f"/v1/checkout/sessions/{session_id}/line_items"}


def refunds(db: sqlite3.Connection, charge_id: str) -> dict[str, Any]:
    """The refunds of a charge as a list object."""
    data = drawer.every(db, "refund", charge=charge_id)
    return {"object": "list", "data": data, "has_more": False, "url": f"/v1/charges/{charge_id}/refunds"}


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


def _one(db: sqlite3.Connection, shown: dict[str, Any], name: str, rest: str) -> Any:
    """What stands at `name`: the object itself, expanded further along `rest`."""
    if name not in _EXPANDABLE.get(shown["object"], ()):
        raise Refused(f"This property cannot be expanded ({name}).")
    value = shown.get(name)
    if isinstance(value, str):
        found = drawer.look_up(db, value)
        value = _fresh(db, found) if found else value
    return expanded(db, value, [rest]) if rest and isinstance(value, dict) else value
