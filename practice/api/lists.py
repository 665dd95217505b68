"""Lists: the newest first, a page at a time, filtered as Stripe filters."""

import sqlite3
from collections.abc import Iterator
from typing import Any

from practice import store
from practice.api import parameters
from practice.api.parameters import integer, text
from practice.api.refusals import Refused, no_such
from practice.store import Stored

# By what each kind can be filtered, beside `created`: the parameter, and where in its objects the value stands.
_FILTERS = {
    "balance_transaction": {"currency": "", "source": "", "type": ""},
    "charge": {"customer": "", "payment_intent": ""},
    "checkout.session": {"customer": "", "payment_intent": "", "status": "", "subscription": ""},
    "customer": {"email": ""},
    "dispute": {"charge": "", "payment_intent": ""},
    "event": {"type": ""},
    "invoice": {"customer": "", "status": "", "subscription": "parent.subscription_details.subscription"},
    "invoice_payment": {"invoice": "", "status": ""},
    "payment_intent": {"customer": ""},
    "payment_method": {"customer": ""},
    "payout": {"status": ""},
    "price": {"product": ""},
    "product": {},
    "refund": {"charge": "", "payment_intent": ""},
    "setup_intent": {"customer": ""},
    "subscription": {"customer": ""},
}
# Filters that are more than the value of a field.
_SEVERAL: dict[str, dict[str, parameters.Shape]] = {
    "balance_transaction": {"payout": text},
    "event": {"types": [text]},
    "invoice_payment": {"payment": {"payment_intent": text, "type": parameters.one_of("payment_intent")}},
    "subscription": {"status": text},
}
_BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _bounds(given: dict[str, Any], name: str) -> list[tuple[str, int]]:
    """The conditions on the time `name` with their values; a bare number means that very second."""
    value = given.pop(name, {})
    if isinstance(value, str):
        exact = integer(value, name)
        bounds = {"gte": exact, "lte": exact}
    else:
        bounds = parameters.read(value, dict.fromkeys(_BOUNDS, integer), name)
    return [(f"json_extract(body, '$.{name}') {_BOUNDS[bound]} ?", moment) for bound, moment in bounds.items()]


def page(db: sqlite3.Connection, kind: str, given: dict[str, Any], url: str) -> tuple[dict[str, Any], list[str]]:
    """A page of objects of this kind as a list object, and the paths to expand in it.

    `given` is the nested query (`limit`, `starting_after`, `ending_before`, `created`, the kind's filters).
    """
    bounds = [*_bounds(given, "created"), *(_bounds(given, "arrival_date") if kind == "payout" else [])]
    common: dict[str, parameters.Shape] = {"ending_before": text, "limit": integer, "starting_after": text}
    filters = _FILTERS[kind]
    shape = {**common, **_SEVERAL.get(kind, {}), "expand": parameters.EXPAND, **dict.fromkeys(filters, text)}
    asked = parameters.read(given, shape)
    limit = asked.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refused("Invalid limit: must be between 1 and 100.", param="limit")
    where: list[str] = ["kind = ?"]
    values: list[str | int] = [kind]
    for condition, moment in bounds:
        where.append(condition)
        values.append(moment)
    for name in filters:
        if name in asked:
            where.append("json_extract(body, ?) = ?")
            values += [f"$.{filters[name] or name}", asked[name]]
    for condition, value in _special(db, kind, asked):
        where.append(condition)
        values += value
    for name, direction in (("starting_after", "<"), ("ending_before", ">")):
        if name in asked:
            where.append(f"seq {direction} ?")
            values.append(_place(db, kind, asked[name], name))
    backwards = "ending_before" in asked
    rows = db.execute(
        f"SELECT id FROM objects WHERE {' AND '.join(where)} ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?",  # noqa: S608 - the conditions are the fixed texts above
        [*values, limit + 1],
    ).fetchall()
    stored = [store.find(db, kind, row["id"]) for row in rows[:limit]]
    data = [item.body for item in stored if isinstance(item, Stored)]
    if backwards:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(rows) > limit, "url": url}, asked.get("expand", [])


def _special(db: sqlite3.Connection, kind: str, asked: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """The conditions of the filters in `_SEVERAL`, with their values."""
    if asked.get("types"):
        yield f"json_extract(body, '$.type') IN ({', '.join('?' * len(asked['types']))})", asked["types"]
    if "payout" in asked:
        yield "json_extract(private, '$.payout') = ?", [_itemised(db, asked["payout"])]
    if "payment" in asked:
        yield "json_extract(body, '$.payment.payment_intent') = ?", [asked["payment"].get("payment_intent", "")]
    if kind == "subscription":
        # Stripe leaves those that have ended out, unless they are asked for.
        status = asked.get("status", "")
        if status in ("", "canceled", "ended"):
            yield f"json_extract(body, '$.status') {'=' if status else '!='} 'canceled'", []
        elif status != "all":
            yield "json_extract(body, '$.status') = ?", [status]


def _place(db: sqlite3.Connection, kind: str, reference: str, param: str) -> int:
    """Where an object stands in its list."""
    row = db.execute("SELECT seq FROM objects WHERE id = ? AND kind = ?", (reference, kind)).fetchone()
    if row is None:
        raise no_such(kind, reference, param=param, status=400)
    return int(row["seq"])


def _itemised(db: sqlite3.Connection, reference: str) -> str:
    """The automatic payout whose transactions are asked for; those of a manual one can never be told."""
    payout = store.find(db, "payout", reference)
    if payout is None:
        raise no_such("payout", reference, param="payout", status=400)
    if not payout.body["automatic"]:
        raise Refused("Balance transaction history can only be filtered on automatic transfers, not manual.")
    return reference
