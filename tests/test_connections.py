"""Connections: a rested one whose server has gone is replaced unnoticed, and one just used is not asked."""

import psycopg
import pytest
from sqlalchemy import text

from app import database
from app.database import db
from tests import postgresql

pytestmark = pytest.mark.both_databases

WHO = text("SELECT pg_backend_pid()")


@pytest.fixture
def server(app, engine_name):
    """The process that serves the pool's one connection, which is back in the pool."""
    if engine_name == "sqlite":
        pytest.skip("SQLite has no server")
    pid = db.session.scalar(WHO)
    db.session.remove()
    return pid


def end(pid):
    address = postgresql.server().set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def test_a_rested_connection_whose_server_has_gone_is_replaced(server, monkeypatch):
    monkeypatch.setattr(database, "_RESTED", 0.0)
    end(server)
    assert db.session.scalar(WHO) != server


def test_a_rested_connection_whose_server_is_there_is_kept(server, monkeypatch):
    monkeypatch.setattr(database, "_RESTED", 0.0)
    assert db.session.scalar(WHO) == server


def test_a_connection_used_a_moment_ago_is_not_asked(server, monkeypatch):
    monkeypatch.setattr(database, "_RESTED", 60.0)
    monkeypatch.setattr(db.engine.dialect, "do_ping", None)
    assert db.session.scalar(WHO) == server
