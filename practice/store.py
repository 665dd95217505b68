"""The store: everything Practice Stripe remembers, in one SQLite file that survives restarts."""

import json
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from practice import simulated_time

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created INTEGER NOT NULL,
    due_at REAL, body TEXT NOT NULL, private TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_due ON objects (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS deliveries (
    event_id TEXT PRIMARY KEY, queued_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next_at REAL,
    last_at REAL, last_answer TEXT, delivered INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS answers (
    idempotency_key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delivery_faults (name TEXT PRIMARY KEY);
"""


@dataclass(frozen=True, slots=True)
class Stored:
    """One of Stripe's objects as it is stored: `body` is what the API shows, `private` what only we know."""

    body: dict[str, Any]
    private: dict[str, Any]


class Store:
    """The SQLite file; every use opens it, so that any thread may."""

    def __init__(self, path: Path, pace: float = 1.0) -> None:
        """Make the file and its tables where they are missing; `pace` is how many seconds a moment takes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._pace = pace
        with closing(self._connect()) as db:
            db.execute("PRAGMA journal_mode=WAL")
            db.executescript(_TABLES + simulated_time.TABLE)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=20, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous=NORMAL")
        return db

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone with the file: what happens inside is kept as a whole, or not at all."""
        with closing(self._connect()) as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                with simulated_time.simulated(db, self._pace):
                    yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")


def mint(prefix: str) -> str:
    """A new id in Stripe's manner; '1Practice' in it says where it comes from."""
    return f"{prefix}_1Practice{secrets.token_hex(10)}"


def keep(
    db: sqlite3.Connection, body: dict[str, Any], private: dict[str, Any] | None = None, due_at: float | None = None
) -> None:
    """Keep an object as it is now; at `due_at` (simulated Unix seconds) Practice Stripe's rounds come for it.

    Without `private`, what only Practice Stripe knows of it stays as it is.
    """
    db.execute(
        "INSERT INTO objects (id, kind, created, due_at, body, private) VALUES (?, ?, ?, ?, ?, coalesce(?, '{}')) "
        "ON CONFLICT (id) DO UPDATE SET due_at = excluded.due_at, body = excluded.body, "
        "private = CASE WHEN ? IS NULL THEN private ELSE excluded.private END",
        (
            body["id"],
            body["object"],
            body["created"],
            due_at,
            json.dumps(body),
            *[None if private is None else json.dumps(private)] * 2,
        ),
    )


def find(db: sqlite3.Connection, kind: str, reference: str) -> Stored | None:
    """The object of this kind (Stripe's word, such as `charge`) and id."""
    row = db.execute("SELECT body, private FROM objects WHERE id = ? AND kind = ?", (reference, kind)).fetchone()
    return Stored(json.loads(row["body"]), json.loads(row["private"])) if row else None


def look_up(db: sqlite3.Connection, reference: str) -> dict[str, Any] | None:
    """The object of this id, whatever kind it is."""
    row = db.execute("SELECT body FROM objects WHERE id = ?", (reference,)).fetchone()
    return dict(json.loads(row["body"])) if row else None


def every(db: sqlite3.Connection, kind: str, limit: int = -1, /, **fields: str) -> list[dict[str, Any]]:
    """The objects of a kind whose fields have these values, newest first: all of them, or up to `limit`."""
    where = "".join(" AND json_extract(body, ?) = ?" for _ in fields)
    values = [part for name, value in fields.items() for part in (f"$.{name}", value)]
    rows = db.execute(
        f"SELECT body FROM objects WHERE kind = ?{where} ORDER BY seq DESC LIMIT ?",  # noqa: S608 - a fixed text
        (kind, *values, limit),
    )
    return [json.loads(row["body"]) for row in rows]


def due(db: sqlite3.Connection) -> list[Stored]:
    """The objects whose time has come, earliest first."""
    rows = db.execute(
        "SELECT body, private FROM objects WHERE due_at <= ? ORDER BY due_at, seq", (simulated_time.instant(),)
    )
    return [Stored(json.loads(row["body"]), json.loads(row["private"])) for row in rows]


def next_due(db: sqlite3.Connection) -> float | None:
    """When the next object falls due, in simulated Unix seconds."""
    moment: float | None = db.execute("SELECT min(due_at) FROM objects").fetchone()[0]
    return moment


def is_empty(db: sqlite3.Connection) -> bool:
    """Whether nothing has ever happened here."""
    return db.execute("SELECT 1 FROM objects LIMIT 1").fetchone() is None


def empty(db: sqlite3.Connection) -> None:
    """Forget everything that happened."""
    for table in ("objects", "deliveries", "answers"):
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - a fixed text


def delivery_faults(db: sqlite3.Connection) -> set[str]:
    """The faults that are switched on: `twice`, `backwards`, `hold`, `lost`."""
    return {row["name"] for row in db.execute("SELECT name FROM delivery_faults")}


def switch(db: sqlite3.Connection, names: set[str]) -> None:
    """Switch exactly these faults on, and the others off."""
    db.execute("DELETE FROM delivery_faults")
    db.executemany("INSERT INTO delivery_faults (name) VALUES (?)", [(name,) for name in sorted(names)])
