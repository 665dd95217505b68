"""Connections: one that has rested in the pool is asked whether its server is still there before it is used again.

Asking before every use, as SQLAlchemy's `pool_pre_ping` does, costs a round trip in each request; one that was in use
a moment ago has just been answered.
"""

import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

# Seconds of rest after which a connection is asked.
_RESTED = 1.0
_SINCE = "rests_since"


def ask_the_rested(engine: Engine) -> None:
    """Ask from now on; a connection whose server has gone is replaced, and whoever wanted it notices nothing."""

    @event.listens_for(engine, "connect")
    @event.listens_for(engine, "checkin")
    def rests(_connection: Any, record: Any) -> None:
        record.info[_SINCE] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def is_wanted(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(_SINCE, 0.0) < _RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise DisconnectionError("the server of a rested connection has gone") from gone
