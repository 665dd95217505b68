"""The last trip to PostgreSQL: what a commit still has to write travels together with the COMMIT.

Every gift adds to the same few balances, and whoever has added to one makes all others wait until its commit is
through. In one trip that is the time of one write; in three it was long enough to undo what eight clients gain over
one (docs/performance.md). https://www.postgresql.org/docs/current/libpq-pipeline-mode.html
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


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
