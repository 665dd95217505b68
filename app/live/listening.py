"""Learning of commits: one listener a process, whatever the number of browsers, and only while somebody watches."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Coroutine
from contextlib import closing
from typing import Any
from urllib.parse import quote

import psycopg
from sqlalchemy.engine import URL

from app.ledger.balances import CHANNEL

log = logging.getLogger(__name__)

# Seconds between two looks at SQLite's counter: a look costs 5 µs (docs/performance.md).
_POLL = 0.02
_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0
# A server that vanished without a word is noticed within half a minute.
_KEEPALIVE: dict[str, Any] = {
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "connect_timeout": 5,
}

Listener = Callable[[Callable[[], None]], Coroutine[Any, Any, None]]


def listener(url: URL) -> Listener:
    """What listens to this database: a coroutine that never ends and calls what it is given after each commit.

    It calls once as soon as it listens, so that nothing is missed between an earlier reading and the listening.
    """

    async def listen(changed: Callable[[], None]) -> None:
        if url.get_backend_name() == "sqlite":
            await _on_sqlite(url.database or "", changed)
        else:
            await _on_postgresql(url, changed)

    return listen


async def _on_sqlite(path: str, changed: Callable[[], None]) -> None:
    """Poll the counter that tells one connection of the commits of all others, in whatever process they are.

    https://www.sqlite.org/pragma.html#pragma_data_version
    """
    address = f"file:{quote(path)}?mode=ro"
    while True:
        try:
            with closing(sqlite3.connect(address, uri=True, timeout=0)) as connection:
                seen: object = None
                while True:
                    version = connection.execute("PRAGMA data_version").fetchone()
                    if version != seen:
                        seen = version
                        changed()
                    await asyncio.sleep(_POLL)
        except sqlite3.Error:
            # Busy for a moment, or just being restored: nobody can say what has changed, so it is looked at again.
            await asyncio.sleep(_FIRST_WAIT)


async def _on_postgresql(url: URL, changed: Callable[[], None]) -> None:
    """LISTEN on a connection of its own, and connect again when the server went away.

    Behind a pooler that shares connections between transactions nothing is heard; then reading again in any case,
    which `broadcasting` does, is what moves the totals.
    """
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    wait = _FIRST_WAIT
    while True:
        try:
            connection = await psycopg.AsyncConnection.connect(address, autocommit=True, **_KEEPALIVE)
            async with connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                wait = _FIRST_WAIT
                changed()
                async for _ in connection.notifies():
                    changed()
        except psycopg.OperationalError:
            log.warning("the database cannot be listened to; trying again in %.1f s", wait)
        await asyncio.sleep(wait)
        wait = min(wait * 2, _LONGEST_WAIT)
