"""Events: what happened, written down once in the shape the webhooks send, and queued for delivery."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from app import clock
from practice import simulated_time, store

# The API version whose shapes Practice Stripe speaks: the one that `stripe` 16.1 pins.
API_VERSION = "2026-10-28.endive"


@dataclass(frozen=True, slots=True)
class Cause:
    """The request that caused an event; empty for what happens by itself."""

    request_id: str | None = None
    idempotency_key: str | None = None


BY_ITSELF = Cause()


def emit(
    db: sqlite3.Connection, kind: str, subject: dict[str, Any], cause: Cause, previous: dict[str, Any] | None = None
) -> str:
    """Write down that `kind` happened to `subject`, queue its delivery, and return the event's id.

    While a history is told nothing is delivered: whoever tells it takes the events from the list.
    `previous` holds the former values of what an `….updated` event changed. The data of an event never change.
    """
    data: dict[str, Any] = {"object": subject}
    if previous is not None:
        data["previous_attributes"] = previous
    event = {
        "id": store.mint("evt"),
        "object": "event",
        "api_version": API_VERSION,
        "created": simulated_time.now(),
        "data": data,
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": cause.request_id, "idempotency_key": cause.idempotency_key},
        "type": kind,
    }
    store.keep(db, event)
    moment = clock.now().timestamp()
    if simulated_time.is_past():
        history = (event["id"], moment, "part of the example's history")
        db.execute("INSERT INTO deliveries (event_id, queued_at, last_answer, delivered) VALUES (?, ?, ?, 1)", history)
    else:
        db.execute(
            "INSERT INTO deliveries (event_id, queued_at, next_at) VALUES (?, ?, ?)", (event["id"], moment, moment)
        )
    return str(event["id"])


def shown(db: sqlite3.Connection, event: dict[str, Any]) -> dict[str, Any]:
    """The event as the API shows it now: `pending_webhooks` says whether its delivery is still to come."""
    row = db.execute("SELECT delivered FROM deliveries WHERE event_id = ?", (event["id"],)).fetchone()
    return {**event, "pending_webhooks": 0 if row is None or row["delivered"] else 1}
