"""Balances: kept in the same transaction as the transfers they sum up, and recomputed by `verify`.

The last trip to PostgreSQL: what a commit still has to write travels together with the COMMIT. Every gift adds to the
same few balances, and whoever has added to one makes all others wait until its commit is through. In one trip that is
the time of one write; in three it was long enough to undo what eight clients gain over one (docs/performance.md).
https://www.postgresql.org/docs/current/libpq-pipeline-mode.html

Announcing that balances have moved: after the commit, outside it, at most ten times a second from each process. NOTIFY
inside the transaction would take a lock on the whole database and cost a quarter of the throughput. An announcement
that gets lost costs a second: listeners read again in any case. SQLite needs none, its listeners see every commit.
"""

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Connection, Engine, ForeignKey, NullPool, PrimaryKeyConstraint, create_engine, event, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database import Base, Key, db

log = logging.getLogger(__name__)

CHANNEL = "whipround_totals"
# The mark that `balances.move` leaves on the session; it is taken off when the commit has been announced.
MOVED = "balances_moved"
# Seconds: between two announcements; without any, until the thread and its connection end.
_PACE, _IDLE = 0.1, 10.0


@contextmanager
def together_with_the_commit(connection: Connection) -> Iterator[None]:
    """Send what the block executes together with the COMMIT, and wait for all the answers at once.

    Only for the block of a listener to the engine's "commit": SQLAlchemy's own commit then finds nothing left to do.
    The block must not read. Raises SQLAlchemy's `DBAPIError` for whatever PostgreSQL refuses, as that commit would;
    nothing is committed then, unless the server was lost before it could answer. SQLite is not travelled to.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        yield
        return
    try:
        with driver.pipeline():
            yield
            # Without a synchronisation of its own, which would be one more trip.
            driver.execute("COMMIT", prepare=False)
    except psycopg.Error as error:
        lost = driver.closed
        if lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            "COMMIT", None, error, psycopg.Error, connection_invalidated=lost, dialect=connection.dialect
        ) from error


class Balance(Base):
    """What has left an account (`out_minor`: where it is *from*), what has come in, and how many gifts it had."""

    __tablename__ = "balances"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    out_minor: Mapped[int] = mapped_column(Key)
    in_minor: Mapped[int] = mapped_column(Key)
    gifts: Mapped[int]


class DailyBalance(Base):
    """The same sums for one local day, for any day's balance and for charts."""

    __tablename__ = "daily_balances"
    __table_args__ = (PrimaryKeyConstraint("account_id", "booked_on"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    booked_on: Mapped[date]
    out_minor: Mapped[int] = mapped_column(Key)
    in_minor: Mapped[int] = mapped_column(Key)


def _addition(table: Any) -> postgresql.Insert:
    """The statement that adds to a row's sums, or begins the row. SQLite is given the same one and understands it."""
    insert = postgresql.insert(table)
    keys = [column.name for column in table.primary_key]
    sums = {column.name: column + insert.excluded[column.name] for column in table.c if column.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=sums)


# Built once: to build a statement costs more than to run it (docs/performance.md).
_ADD = _addition(Balance.__table__)
_ADD_TO_DAY = _addition(DailyBalance.__table__)


class Move(NamedTuple):
    """What a transfer does to two balances: `amount_minor` from one account's id to another's."""

    from_id: int
    to_id: int
    amount_minor: int


class Sums(NamedTuple):
    """An account's sums, in minor units of its currency."""

    out_minor: int
    in_minor: int
    gifts: int


def move(moves: Sequence[Move], booked_on: date, gifts: int) -> None:
    """Note what an entry moves; `gifts` is 1 for a gift, −1 for its reversal, 0 for everything else.

    The balances are hot rows, so they wait until the transaction commits and are then all added to at once, in
    account order: two transactions can wait for each other but never deadlock, however many entries each has posted.
    """
    _noted.setdefault(db.session.connection(), []).append((moves, booked_on, gifts))


# What each transaction that is open has moved so far, by its connection; it is forgotten with the connection. The
# marks say how much that was when each of its savepoints was set.
_noted: WeakKeyDictionary[Connection, list[tuple[Sequence[Move], date, int]]] = WeakKeyDictionary()
_marks: WeakKeyDictionary[Connection, list[int]] = WeakKeyDictionary()


@event.listens_for(Engine, "commit")
def _add_what_was_noted(connection: Connection) -> None:
    """Add everything that a transaction has noted to the balances, as its last statements."""
    noted = _noted.pop(connection, None)
    if not noted:
        return
    totals: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    days: dict[tuple[int, date], list[int]] = defaultdict(lambda: [0, 0])
    for moves, booked_on, gifts in noted:
        for each in moves:
            for account, side in ((each.from_id, 0), (each.to_id, 1)):
                totals[account][side] += each.amount_minor
                days[account, booked_on][side] += each.amount_minor
        for account in {each.from_id if gifts > 0 else each.to_id for each in moves}:
            totals[account][2] += gifts
    with together_with_the_commit(connection):
        connection.execute(
            _ADD_TO_DAY,
            [
                {"account_id": account, "booked_on": day, "out_minor": out, "in_minor": come}
                for (account, day), (out, come) in sorted(days.items())
            ],
        )
        connection.execute(
            _ADD,
            [
                {"account_id": account, "out_minor": out, "in_minor": come, "gifts": given}
                for account, (out, come, given) in sorted(totals.items())
            ],
        )
    db.session.info[MOVED] = True


def noted(account_id: int) -> dict[date, int]:
    """By day, what this transaction has moved on an account so far, in minor units: what came less what left."""
    found: dict[date, int] = defaultdict(int)
    for moves, booked_on, _gifts in _noted.get(db.session.connection(), []):
        for each in moves:
            if account_id in (each.from_id, each.to_id):
                found[booked_on] += each.amount_minor if each.to_id == account_id else -each.amount_minor
    return found


@event.listens_for(Engine, "rollback")
def _forget_what_was_noted(connection: Connection) -> None:
    _noted.pop(connection, None)


@event.listens_for(Engine, "savepoint")
def _mark(connection: Connection, _name: str) -> None:
    _marks.setdefault(connection, []).append(len(_noted.get(connection, [])))


@event.listens_for(Engine, "release_savepoint")
def _unmark(connection: Connection, _name: str, _context: None) -> None:
    _marks[connection].pop()


@event.listens_for(Engine, "rollback_savepoint")
def _forget_what_was_noted_since(connection: Connection, _name: str, _context: None) -> None:
    del _noted.get(connection, [])[_marks[connection].pop() :]


def of(account_ids: Sequence[int]) -> dict[int, Sums]:
    """The sums of the accounts that have ever moved, by account id."""
    table = Balance.__table__
    rows = db.session.execute(
        select(table.c.account_id, table.c.out_minor, table.c.in_minor, table.c.gifts).where(
            table.c.account_id.in_(account_ids)
        )
    )
    return {row.account_id: Sums(row.out_minor, row.in_minor, row.gifts) for row in rows}


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
