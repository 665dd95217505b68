"""The mailbag: which events are still to be delivered, when next, and how the last attempt went."""

import json
import sqlite3
from collections.abc import Collection
from typing import Any

from app import clock

_LONGEST_WAIT = 60.0
_GIVES_UP_AFTER = 3 * 24 * 60 * 60


def waiting(db: sqlite3.Connection, *, underway: Collection[str] = ()) -> list[tuple[str, bytes]]:
    """The events due now that are not `underway`, oldest first, each with the body to send."""
    rows = db.execute(
        "SELECT objects.id, objects.body FROM deliveries JOIN objects ON objects.id = deliveries.event_id "
        "WHERE deliveries.next_at <= ? ORDER BY objects.seq",
        (clock.now().timestamp(),),
    )
    return [
        (row["id"], json.dumps(json.loads(row["body"]), indent=2).encode()) for row in rows if row["id"] not in underway
    ]


def freshest(db: sqlite3.Connection) -> float:
    """Seconds since the youngest event that waits was queued."""
    row = db.execute("SELECT max(queued_at) AS youngest FROM deliveries WHERE next_at IS NOT NULL").fetchone()
    return clock.now().timestamp() - (row["youngest"] or 0.0)


def record(db: sqlite3.Connection, event_id: str, answers: list[str]) -> bool:
    """Write down how an attempt was answered (`200`, or why there was no answer) and when the next one is due.

    Anything but a 2xx is tried again after 0.5, 1, 2, 4 … seconds, at most a minute apart, for up to three days.
    True when the answer differs from the last one, so that an hour without a webhook is one line in the log.
    """
    row = db.execute(
        "SELECT queued_at, attempts, last_answer FROM deliveries WHERE event_id = ?", (event_id,)
    ).fetchone()
    moment, attempts = clock.now().timestamp(), row["attempts"] + 1
    delivered = any(answer.startswith("2") and len(answer) == 3 for answer in answers)
    later = moment + min(0.5 * 2 ** min(attempts - 1, 10), _LONGEST_WAIT)
    next_at = None if delivered or later - row["queued_at"] > _GIVES_UP_AFTER else later
    answer = ", ".join(answers)
    db.execute(
        "UPDATE deliveries SET attempts = ?, next_at = ?, last_at = ?, last_answer = ?, delivered = max(delivered, ?) "
        "WHERE event_id = ?",
        (attempts, next_at, moment, answer, delivered, event_id),
    )
    return bool(answer != row["last_answer"])


def delivered(db: sqlite3.Connection, event_id: str) -> bool:
    """Whether an attempt has been answered with a 2xx."""
    row = db.execute("SELECT delivered FROM deliveries WHERE event_id = ?", (event_id,)).fetchone()
    return bool(row and row["delivered"])


def lose(db: sqlite3.Connection) -> None:
    """Let every event that waits go undelivered: only whoever asks for the events will find them."""
    db.execute("UPDATE deliveries SET next_at = NULL, last_answer = 'lost on the way' WHERE next_at IS NOT NULL")


def latest(db: sqlite3.Connection, count: int) -> list[dict[str, Any]]:
    """The last events, newest first, with what they were about and how their delivery goes."""
    rows = db.execute(
        "SELECT objects.id, objects.created, json_extract(body, '$.type') AS type, attempts, next_at, last_answer, "
        "json_extract(body, '$.data.object.id') AS subject, delivered FROM objects "
        "JOIN deliveries ON deliveries.event_id = objects.id WHERE kind = 'event' ORDER BY seq DESC LIMIT ?",
        (count,),
    )
    return [dict(row) for row in rows]


def again(db: sqlite3.Connection, event_id: str) -> bool:
    """Queue an event once more, as the Dashboard's *Resend* does; false when there is no such event."""
    moment = clock.now().timestamp()
    changed = db.execute(
        "UPDATE deliveries SET queued_at = ?, next_at = ?, attempts = 0 WHERE event_id = ?", (moment, moment, event_id)
    )
    return changed.rowcount == 1
