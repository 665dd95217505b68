"""Announcing moved balances on PostgreSQL: after the commit, never before it, and not for each of many."""

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from app.database import db, writing
from app.ledger import balances
from tests.ledger.entering import a_gift, enter, held_by_stripe, income

pytestmark = pytest.mark.both_databases

PATIENCE = 20
# Longer than any announcement takes, for those that must not come.
A_WHILE = 0.5

Listening = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def listening(app: Flask, database_url: str) -> Iterator[Listening]:
    """Another program that listens."""
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite nothing is announced: listeners see every commit by themselves")
    address = make_url(database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"LISTEN {balances.CHANNEL}")
        yield connection


def heard(listening: Listening, seconds: float = A_WHILE, enough: int | None = None) -> int:
    """How many announcements come within some seconds; no longer waited for than there are enough."""
    return len(list(listening.notifies(timeout=seconds, stop_after=enough)))


def test_a_gift_is_announced_once_it_is_committed(listening: Listening) -> None:
    with writing():
        enter("test:1", [(income(), held_by_stripe(), 100)])
        assert heard(listening) == 0
    assert heard(listening, PATIENCE, enough=1) == 1


def test_what_is_undone_is_not_announced(listening: Listening) -> None:
    with suppress(ZeroDivisionError), writing():
        enter("test:1", [(income(), held_by_stripe(), 100)])
        raise ZeroDivisionError
    assert heard(listening) == 0


def test_a_commit_that_moves_no_balance_is_not_announced(listening: Listening) -> None:
    with writing():
        income()
    assert heard(listening) == 0


def test_a_savepoint_is_announced_with_the_commit_around_it(listening: Listening) -> None:
    with writing() as session:
        with session.begin_nested():
            enter("test:1", [(income(), held_by_stripe(), 100)])
        assert heard(listening) == 0
    assert heard(listening, PATIENCE, enough=1) == 1


def test_many_commits_are_announced_together_and_the_last_is_never_left_out(listening: Listening) -> None:
    for number in range(40):
        a_gift(f"test:{number}")
    seen = 0
    while heard(listening, 1):
        seen += 1
        total = listening.execute("SELECT sum(out_minor) FROM balances").fetchone()
    assert 1 <= seen < 40
    assert total == (40 * 2500,)


def test_announcing_goes_on_when_its_connection_was_cut(listening: Listening) -> None:
    a_gift("test:1")
    assert heard(listening, PATIENCE, enough=1) == 1
    assert listening.execute(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE query LIKE 'NOTIFY%' AND datname = current_database()"
    ).fetchone() == (1,)
    # The first is lost, and a lost one costs a second; the next gets through.
    for number in range(2, 50):
        a_gift(f"test:{number}")
        if heard(listening, 0.3, enough=1):
            return
    pytest.fail("nothing was announced any more")


def test_a_thread_that_rested_too_long_ends_and_the_next_commit_starts_another(
    listening: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(balances, "_IDLE", 0.05)
    threads = []
    for number in range(3):
        a_gift(f"test:{number}")
        assert heard(listening, PATIENCE, enough=1) == 1
        thread = balances._announcers[db.engine]._thread
        if thread is not None:
            threads.append(thread)
            thread.join(PATIENCE)
            assert not thread.is_alive()
    assert len(set(threads)) == len(threads)
