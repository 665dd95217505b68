"""Reading past the Session: for the one question that every reader's request asks before anything else.

The Session's unit of work takes ten times as long as such a statement itself (`docs/performance.md`), so it is
compiled once and run by the driver's own cursor, on a connection of the same pool.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

from sqlalchemy import Engine, Select
from sqlalchemy.exc import OperationalError

from app.extensions import db


def rows(statement: Callable[[], Select[*tuple[Any, ...]]], **values: object) -> Sequence[Any]:
    """The rows of the statement that `statement` makes; `values` are its parameters, as the driver wants them.

    Raises `OperationalError` whatever the driver says.
    """
    engine = db.engine
    sql, constants, order = _compiled(statement, engine.dialect.name)
    named = {**constants, **values}
    parameters: Any = named if order is None else [named[name] for name in order]
    try:
        with (
            closing(engine.raw_connection()) as connection,
            _alone(engine, connection.driver_connection),
            closing(connection.cursor()) as cursor,
        ):
            cursor.execute(sql, parameters)
            found: Sequence[Any] = cursor.fetchall()
            return found
    except engine.dialect.loaded_dbapi.Error as error:
        # A database that does not answer must look as it does through the Session: the door says 503 to that.
        raise OperationalError(sql, None, error) from error


@contextmanager
def _alone(engine: Engine, connection: Any) -> Iterator[None]:
    """Run a statement outside any transaction, as SQLite does anyway.

    PostgreSQL's driver begins one otherwise. That takes two more round trips, and at its rollback the driver forgets
    every statement that the server has prepared: to plan this one anew takes ten times as long as to answer it.
    """
    if engine.dialect.name != "postgresql":
        yield
        return
    connection.autocommit = True
    try:
        yield
    finally:
        connection.autocommit = False


@cache
def _compiled(
    statement: Callable[[], Select[*tuple[Any, ...]]], _dialect: str
) -> tuple[str, dict[str, Any], Sequence[str] | None]:
    """The statement in the words of the database at hand, made once for each kind of database.

    With it come the parameters that it brings along, and their order where the driver wants them by place.
    """
    compiled = statement().compile(db.engine)
    order = getattr(compiled, "positiontup", None)
    return compiled.string, dict(compiled.params), order
