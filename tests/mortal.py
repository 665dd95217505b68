"""A process that dies: from one moment on nothing of it reaches the database any more, until another goes on."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import event

from app.database import db


class Killed(BaseException):
    """As abrupt as a kill: no handler of ours takes it for a failure, and what it unwinds finds the database gone."""


class Mortal:
    """The process that runs these tests, as far as its database can tell.

    Each statement and each commit is a moment before it and one after it. At the moment at which it is to die, and at
    every later one, `Killed` is raised instead; the database undoes what was not committed, as at a real kill.
    """

    def __init__(self) -> None:
        """Watch every moment from now on, until `retire`."""
        self._spans: Iterator[int] = iter(())
        self._left: int | None = None
        self.deaths = 0
        self._connections: list[Any] = []
        engine = self._engine = db.engine
        self._gone = engine.dialect.loaded_dbapi.Error
        self._really_commit = engine.dialect.do_commit
        event.listen(engine, "connect", self._connected)
        event.listen(engine, "invalidate", self._let_go)
        for name in ("before_cursor_execute", "after_cursor_execute"):
            event.listen(engine, name, self._moment)
        engine.dialect.do_commit = self._commit  # type: ignore[method-assign]

    def lives(self, spans: Iterable[int]) -> None:
        """Let it die after so many moments, the one that goes on after so many more, and so on; the last lives on."""
        self._spans, self.deaths = iter(spans), 0
        self.revive()

    def revive(self) -> None:
        """Another process goes on, with connections of its own; a dead one has none, whoever still holds them."""
        db.session.remove()
        self._engine.dispose()
        while self._connections:
            left = self._connections.pop()
            self._let_go(left)
            left.close()
        self._left = next(self._spans, None)

    def retire(self) -> None:
        """Watch no longer."""
        event.remove(self._engine, "connect", self._connected)
        event.remove(self._engine, "invalidate", self._let_go)
        for name in ("before_cursor_execute", "after_cursor_execute"):
            event.remove(self._engine, name, self._moment)
        self._engine.dialect.do_commit = self._really_commit  # type: ignore[method-assign]

    def _connected(self, connection: Any, _record: Any) -> None:
        self._connections.append(connection)

    def _let_go(self, connection: Any, *_more: Any) -> None:
        """SQLite would keep what an unfinished statement holds even of a closed connection, until Python forgets it."""
        with suppress(self._gone):
            connection.rollback()

    def _commit(self, connection: Any) -> None:
        self._moment()
        self._really_commit(connection)
        self._moment()

    def _moment(self, *_anything: Any) -> None:
        if self._left is None:
            return
        self._left -= 1
        self.deaths += self._left == 0
        if self._left <= 0:
            raise Killed
