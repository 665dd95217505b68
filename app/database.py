"""The database: what its tables have in common, how interfaces commit, and how connections are kept.

How SQLite, which takes one writer at a time, is shared by processes: reads open deferred transactions; whoever writes
says so: `with writing(): …` waits for its turn on a file lock that crosses processes, begins at once, and commits when
the block ends. The lock in front spares SQLite's busy back-off, whose waits are long and unfair
(`docs/performance.md`).
On PostgreSQL the same block is an ordinary transaction.

A connection that has rested in the pool is asked whether its server is still there before it is used again. Asking
before every use, as SQLAlchemy's `pool_pre_ping` does, costs a round trip in each request.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    Index,
    Integer,
    MetaData,
    ScalarResult,
    Select,
    Text,
    event,
    text,
)
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, registry
from sqlalchemy.types import TypeDecorator

from app.subject import Subject, SubjectText

# SQLite numbers its rows only through a column declared INTEGER; PostgreSQL wants eight bytes for keys that grow.
Key = BigInteger().with_variant(Integer, "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant; naive values are refused, because nobody could say what they mean."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC; SQLite stores it without the offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("an instant must be aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give back an aware UTC instant on every database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every table; the names of constraints are fixed so that migrations can speak of them."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: Instant(), Subject: SubjectText(120)},
    )


class DueWork:
    """A row that may be due for the worker: how often it has been tried, when again, until when somebody works on it,
    and why it did not work the last time. `app/worker/duties.py` keeps these columns; the row's state says what is due.
    """

    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None]
    leased_until: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(Text)


def partial_index(name: str | None, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of those rows alone for which `where` holds, in SQL that both databases read. A query is answered from
    it only when it says the same in the same words."""
    return Index(name, *columns, unique=unique, postgresql_where=text(where), sqlite_where=text(where))


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


_T = TypeVar("_T")
_writing: ContextVar[bool] = ContextVar("whipround_writing", default=False)


@contextmanager
def writing() -> Iterator[Session]:
    """A writing unit: what the block adds and flushes is committed when it ends, or undone when it raises.

    Only interfaces use it. A reading transaction that is open ends here, so that the unit sees the present. Raises
    `RuntimeError` inside another unit, or when changes made outside one would be lost.
    """
    if _writing.get():
        raise RuntimeError("a writing unit inside another would commit half of the outer one")
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made before the writing unit began")
    session.rollback()
    # Without an open transaction the rollback leaves what an earlier unit has read as it was then.
    session.expire_all()
    with _turn(db.engine):
        token = _writing.set(True)
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            _writing.reset(token)


def is_writing() -> bool:
    """Whether a writing unit is open here: for what may happen inside one that somebody else has begun."""
    return _writing.get()


def read_locked(rows: Select[_T], **how: Any) -> ScalarResult[_T]:
    """Rows to be changed: as they are now, whatever this session has read of them before, and nobody else's to change
    until the unit ends. SQLite's unit is the only writer anyway. `how` is what `with_for_update` takes."""
    return db.session.scalars(rows.with_for_update(**how).execution_options(populate_existing=True))


@contextmanager
def _turn(engine: Engine) -> Iterator[None]:
    """Wait for this database's file lock; the kernel serves the waiters in their order and frees it at a kill."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path == ":memory:":
        yield
        return
    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def prepare_sqlite(engine: Engine) -> None:
    """Give every SQLite connection our rules: WAL, full durability, foreign keys, triggers that fire always."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions on its own: `begun` below does, once it is known what for.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "busy_timeout=10000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def refuse_stray_writes(engine: Engine) -> None:
    """Raise at any statement that writes outside a writing unit; the tests switch this on for every database."""

    @event.listens_for(engine, "before_cursor_execute")
    def executing(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not _writing.get() and statement.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            raise RuntimeError(f"a write outside a writing unit: {statement[:60]}")


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
