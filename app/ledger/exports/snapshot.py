"""A snapshot of the books: a file and its control totals are read at one moment, whatever is posted meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from app.database import db


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection of its own that goes on seeing the books as they were at its first question.

    Its results are streamed: they are fetched as they are read, so memory does not grow with the books.
    """
    options = {"isolation_level": "REPEATABLE READ"} if db.engine.dialect.name == "postgresql" else {}
    with db.engine.connect().execution_options(stream_results=True, max_row_buffer=1000, **options) as connection:
        yield connection
