"""Lists: the newest first, a page at a time, filtered as Stripe filters."""

import sqlite3
from typing import Any

from app.practice import drawer, parameters
from app.practice.drawer import Kept
from app.practice.parameters import integer, text
from app.practice.refusals import Refused, no_such

_FILTERS = {
    "balance_transaction": ("currency", "source", "type"),
    "charge": ("payment_intent",),
    "checkout.session": ("payment_intent", "status"),
    "event": ("type",),
    "payment_intent": (),
}
_BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def _created(value: Any) -> dict[str, int]:
    """The bounds on `created`, by name; a bare number means that very second."""
    if isinstance(value, str):
        exact = integer(value, "created")
        return {"gte": exact, "lte": exact}
    bounds: dict[str, int] = parameters.read(value, dict.fromkeys(_BOUNDS, integer), "created")
    return bounds


def page(db: sqlite3.Connection, kind: str, given: dict[str, Any], url: str) -> tuple[dict[str, Any], list[str]]:
    """A page of objects of this kind as a list object, and the paths to expand in it.

    `given` is the nested query (`limit`, `starting_after`, `ending_before`, `created`, the kind's filters).
    """
    bounds = _created(given.pop("created")) if "created" in given else {}
    common: dict[str, parameters.Shape] = {"ending_before": text, "limit": integer, "starting_after": text}
    several: dict[str, parameters.Shape] = {"types": [text]} if kind == "event" else {}
    shape: parameters.Shape = {**common, **several, "expand": parameters.EXPAND, **dict.fromkeys(_FILTERS[kind], text)}
    asked = parameters.read(given, shape)
    limit = asked.get("limit", 10)
    if not 1 <= limit <= 100:
        raise Refused("Invalid limit: must be between 1 and 100.", param="limit")
    where: list[str] = ["kind = ?"]
    values: list[str | int] = [kind]
    for bound, moment in bounds.items():
        where.append(f"created {_BOUNDS[bound]} ?")
        values.append(moment)
    for name in _FILTERS[kind]:
        if name in asked:
            where.append("json_extract(body, ?) = ?")
            values += [f"$.{name}", asked[name]]
    if asked.get("types"):
        where.append(f"json_extract(body, '$.type') IN ({', '.join('?' * len(asked['types']))})")
        values += asked["types"]
    for name, direction in (("starting_after", "<"), ("ending_before", ">")):
        if name in asked:
            where.append(f"seq {direction} ?")
            values.append(_place(db, kind, asked[name], name))
    backwards = "ending_before" in asked
    rows = db.execute(
        f"SELECT id FROM objects WHERE {' AND '.join(where)} ORDER BY seq {'ASC' if backwards else 'DESC'} LIMIT ?",  # noqa: S608 - the conditions are the fixed texts above
        [*values, limit + 1],
    ).fetchall()
    kept = [drawer.find(db, kind, row["id"]) for row in rows[:limit]]
    data = [item.body for item in kept if isinstance(item, Kept)]
    if backwards:
        data.reverse()
    return {"object": "list", "data": data, "has_more": len(rows) > limit, "url": url}, asked.get("expand", [])


def _place(db: sqlite3.Connection, kind: str, reference: str, param: str) -> int:
    """Where an object stands in its list."""
    row = db.execute("SELECT seq FROM objects WHERE id = ? AND kind = ?", (reference, kind)).fetchone()
    if row is None:
        raise no_such(kind, reference, param=param, status=400)
    return int(row["seq"])
