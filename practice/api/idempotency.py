"""Idempotency keys: the same request with the same key gets the stored answer, and makes nothing twice."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from practice.api.refusals import Refused


def fingerprint(path: str, pairs: Iterable[tuple[str, str]]) -> str:
    """What tells two requests apart: where they went and every parameter, in any order."""
    return hashlib.sha256(json.dumps([path, sorted(pairs)]).encode()).hexdigest()


def replay(db: sqlite3.Connection, key: str, asked: str) -> dict[str, Any] | None:
    """The answer stored under `key`, or none when the key is new.

    Raises `Refused` when the key was used with other parameters, as Stripe does
    (docs.stripe.com/api/idempotent_requests), or is longer than Stripe's 255 characters.
    """
    if len(key) > 255:
        raise Refused("Idempotency keys can be at most 255 characters long.", kind="idempotency_error")
    row = db.execute("SELECT fingerprint, body FROM answers WHERE idempotency_key = ?", (key,)).fetchone()
    if row is None:
        return None
    if row["fingerprint"] != asked:
        raise Refused(
            "Keys for idempotent requests can only be used with the same parameters they were first used with. "
            f"Try using a key other than '{key}' if you meant to execute a different request.",
            kind="idempotency_error",
        )
    stored: dict[str, Any] = json.loads(row["body"])
    return stored


def store(db: sqlite3.Connection, key: str, asked: str, body: dict[str, Any]) -> None:
    """Keep an answer under its key; refusals are not kept, as Stripe does not keep what never began."""
    db.execute(
        "INSERT INTO answers (idempotency_key, fingerprint, body) VALUES (?, ?, ?)", (key, asked, json.dumps(body))
    )
