"""Announcing that balances have moved: after the commit, outside it, at most ten times a second from each process.

NOTIFY inside the transaction that posts would take a lock on the whole database and cost a quarter of the throughput
(docs/performance.md). An announcement that gets lost costs a second: listeners read again in any case. SQLite needs
none, its listeners see every commit.
"""

import logging
import threading
import time
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.extensions import db

log = logging.getLogger(__name__)

CHANNEL = "whipround_totals"
# The mark that `balances.move` leaves on the session; it is taken off when the commit has been announced.
MOVED = "balances_moved"
# Seconds: between two announcements; without any, until the thread and its connection end.
_PACE, _IDLE = 0.1, 10.0


class Announcer:
    """Announces from a thread of its own, which starts with the first commit: after any fork, in its own process."""

    def __init__(self, engine: Engine) -> None:
        """Prepare to announce to the database of `engine`, on a connection that is not from its pool."""
        self._url = engine.url
        self._moved = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def balances_moved(self) -> None:
        """Have it announced soon; returns at once."""
        self._moved.set()
        with self._starting:
            # A thread does not live on in a forked child, and says so there.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._announce, name="announcer", daemon=True)
                self._thread.start()

    def _announce(self) -> None:
        """Announce whenever something has moved since the last time; the last of many commits is never left out."""
        engine = create_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        connection: Connection | None = None
        while self._moved.wait(_IDLE) or not self._rests():
            self._moved.clear()
            try:
                connection = connection or engine.connect()
                connection.exec_driver_sql(f"NOTIFY {CHANNEL}").close()
            except SQLAlchemyError:
                log.warning("moved balances could not be announced; whoever watches reads them within a second")
                if connection is not None:
                    connection.close()
                connection = None
            time.sleep(_PACE)
        if connection is not None:
            connection.close()

    def _rests(self) -> bool:
        """Whether the thread may end; the next commit starts another."""
        with self._starting:
            if self._moved.is_set():
                return False
            self._thread = None
            return True


_announcers: WeakKeyDictionary[Engine, Announcer] = WeakKeyDictionary()


def announce_commits(engine: Engine) -> None:
    """Announce what is committed through this engine from now on."""
    _announcers[engine] = Announcer(engine)


@event.listens_for(db.session, "after_commit")
def _committed(session: Session) -> None:
    # A savepoint that is released is no commit yet.
    if not session.in_nested_transaction() and session.info.pop(MOVED, False):
        announcer = _announcers.get(db.engine)
        if announcer is not None:
            announcer.balances_moved()
