"""`expand[]`: putting an object in the place of its id."""

import sqlite3
from collections.abc import Iterable
from typing import Any

from app.practice import drawer
from app.practice.refusals import Refused

# What may be expanded, and the kind of object that comes; "" where the till never has one.
_EXPANDABLE: dict[str, dict[str, str]] = {
    "balance_transaction": {"source": "charge"},
    "charge": {
        "balance_transaction": "balance_transaction",
        "customer": "",
        "payment_intent": "payment_intent",
    },
    "checkout.session": {"customer": "", "invoice": "", "payment_intent": "payment_intent", "subscription": ""},
    "payment_intent": {"customer": "", "latest_charge": "charge", "payment_method": "payment_method"},
}


def expanded(db: sqlite3.Connection, body: dict[str, Any], paths: Iterable[str]) -> dict[str, Any]:
    """The object with everything that `paths` name in place; raises `Refused` for a path that cannot be expanded."""
    shown = dict(body)
    for path in paths:
        head, _, rest = path.partition(".")
        if shown.get("object") == "list" and head == "data" and rest:
            shown["data"] = [expanded(db, item, [rest]) for item in shown["data"]]
        elif shown.get("object") == "checkout.session" and path == "line_items":
            shown["line_items"] = line_items(db, body["id"])
        else:
            shown[head] = _one(db, shown, head, rest)
    return shown


def line_items(db: sqlite3.Connection, session_id: str) -> dict[str, Any]:
    """The lines of a session as a list object."""
    kept = drawer.find(db, "checkout.session", session_id)
    data = kept.private["items"] if kept else []
    return {"object": "list", "data": data, "has_more": False, "url": f"/v1/checkout/sessions/{session_id}/line_items"}


def _one(db: sqlite3.Connection, shown: dict[str, Any], name: str, rest: str) -> Any:
    """What stands at `name`: the object itself, expanded further along `rest`."""
    kind = _EXPANDABLE.get(shown["object"], {}).get(name)
    if kind is None:
        raise Refused(f"This property cannot be expanded ({name}).")
    value = shown[name]
    if isinstance(value, str):
        kept = drawer.find(db, kind, value)
        value = kept.body if kept else value
    return expanded(db, value, [rest]) if rest and isinstance(value, dict) else value
