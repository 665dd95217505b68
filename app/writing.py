"""Writing units: how interfaces commit, and how SQLite, which takes one writer at a time, is shared by processes.

Reads open deferred transactions. Whoever writes says so: `with writing(): …` waits for its turn on a file lock that
crosses processes, begins at once, and commits when the block ends. The lock in front spares SQLite's busy back-off,
whose waits are long and unfair (`docs/performance.md`). On PostgreSQL the same block is an ordinary transaction.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, ScalarResult, Select, event
from sqlalchemy.orm import Session

from app.extensions import db

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
