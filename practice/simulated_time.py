"""Simulated time: the real one, plus as much as the counter has put it forward.

Objects and due dates live in simulated time. Deliveries and their signatures live in the real one, because whoever
receives them compares the signature with a clock of their own.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from app import clock

_ahead: ContextVar[float] = ContextVar("ahead", default=0.0)
_pace: ContextVar[float] = ContextVar("pace", default=1.0)

TABLE = "CREATE TABLE IF NOT EXISTS hours (one INTEGER PRIMARY KEY CHECK (one = 1), ahead REAL NOT NULL);"


def instant() -> float:
    """The present simulated instant in Unix seconds; it is put forward only while the store is open."""
    return clock.now().timestamp() + _ahead.get()


def now() -> int:
    """The present simulated instant in whole Unix seconds, as Stripe writes its times."""
    return int(instant())


def soon() -> float:
    """When what takes Stripe a moment is done, such as capturing a charge."""
    return instant() + _pace.get()


@contextmanager
def simulated(db: sqlite3.Connection, pace: float) -> Iterator[None]:
    """Inside the block the time is simulated, and a moment takes `pace` seconds."""
    row = db.execute("SELECT ahead FROM hours").fetchone()
    tokens = _ahead.set(row["ahead"] if row else 0.0), _pace.set(pace)
    try:
        yield
    finally:
        _ahead.reset(tokens[0])
        _pace.reset(tokens[1])


def put_forward_to(db: sqlite3.Connection, moment: float) -> None:
    """Make it `moment` (Unix seconds) in simulated time, from now on and after restarts; it never goes back."""
    ahead = max(_ahead.get(), moment - clock.now().timestamp())
    db.execute(
        "INSERT INTO hours (one, ahead) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET ahead = excluded.ahead", (ahead,)
    )
    _ahead.set(ahead)
