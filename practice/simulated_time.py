"""Simulated time: the real one, plus as much as the control panel has put it forward. While the history of an example
is told where nothing has happened yet, it is behind the real one; nothing is delivered then.

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

# Less than this behind the real time is the real time: requests take a moment.
_A_MOMENT = 60.0

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


def is_past() -> bool:
    """Whether a history is told: simulated time is behind the real one."""
    return _ahead.get() < -_A_MOMENT


def put_back(db: sqlite3.Connection, seconds: float) -> None:
    """Make it so many seconds ago in simulated time; with 0, now. Whoever calls it has seen to it that nothing
    has happened here later than that."""
    _keep(db, -seconds)


def put_forward_to(db: sqlite3.Connection, moment: float) -> None:
    """Make it `moment` (Unix seconds) in simulated time, from now on and after restarts; it never goes back."""
    _keep(db, max(_ahead.get(), moment - clock.now().timestamp()))


def _keep(db: sqlite3.Connection, ahead: float) -> None:
    db.execute(
        "INSERT INTO hours (one, ahead) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET ahead = excluded.ahead", (ahead,)
    )
    _ahead.set(ahead)
