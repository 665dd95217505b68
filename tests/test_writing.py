"""Writing units: all or nothing, one after the other on SQLite, and never inside each other."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, event, insert, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import DetachedInstanceError

from app import clock
from app import database as module
from app.appeals.appeal import Appeal
from app.database import db, read_locked, writing
from app.ledger.beginning import Beginning
from app.limits import Attempt
from tests.cast import an_appeal

ROOT = Path(__file__).parent.parent


def a_row(count=0):
    return insert(Attempt).values(action="test", subject="s", window_at=clock.from_timestamp(0), count=count)


def the_count():
    db.session.rollback()
    return db.session.scalar(select(Attempt.count))


@pytest.mark.both_databases
def test_what_a_unit_wrote_is_there_when_it_ends(app):
    with writing() as session:
        session.execute(a_row(1))
    assert the_count() == 1


@pytest.mark.both_databases
def test_a_unit_that_raises_leaves_nothing_behind(app):
    def broken():
        with writing() as session:
            session.execute(a_row(1))
            raise KeyError

    with pytest.raises(KeyError):
        broken()
    assert the_count() is None
    with writing() as session:
        session.execute(a_row(2))
    assert the_count() == 2


@pytest.mark.both_databases
def test_a_commit_that_fails_leaves_nothing_behind_and_the_next_unit_works(app):
    @event.listens_for(db.engine, "commit")
    def full(_connection):
        event.remove(db.engine, "commit", full)
        raise OperationalError("COMMIT", {}, OSError("the disk is full"))

    with pytest.raises(OperationalError), writing() as session:
        session.execute(a_row(1))
    assert the_count() is None
    with writing() as session:
        session.execute(a_row(2))
    assert the_count() == 2


@pytest.mark.both_databases
def test_a_unit_inside_another_is_refused_and_the_outer_one_undone(app):
    def nested():
        with writing() as session:
            session.execute(a_row(1))
            with writing():
                pass

    with pytest.raises(RuntimeError, match="inside another"):
        nested()
    assert the_count() is None


@pytest.mark.both_databases
def test_a_locked_read_shows_the_row_as_it_is_now_and_lets_nobody_else_change_it(app):
    an_appeal()
    with writing() as session:
        mine = session.scalars(select(Appeal)).one()
        session.execute(text("UPDATE appeals SET title = 'As it is now'"))
        assert mine.title != "As it is now"
        assert read_locked(select(Appeal)).one() is mine
        assert mine.title == "As it is now"
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as other, pytest.raises(OperationalError):
                other.execute(text("SELECT id FROM appeals FOR UPDATE NOWAIT"))


def test_changes_made_before_a_unit_are_not_lost_silently(app):
    db.session.add(Beginning(id=1, live=False, began_at=clock.now()))
    with pytest.raises(RuntimeError, match="before the writing unit"), writing():
        pass


@pytest.mark.both_databases
def test_a_unit_sees_the_present_though_a_reading_transaction_was_open(app):
    with writing() as session:
        session.execute(a_row(0))
    read = db.session.scalars(select(Attempt)).one()

    def elsewhere():
        with app.app_context(), writing() as session:
            session.execute(update(Attempt).values(count=7))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert read.count == 0
    db.session.commit()
    with writing():
        assert read.count == 7
        read.count += 1
    assert the_count() == 8


@pytest.mark.both_databases
def test_units_of_many_threads_lose_nothing(app):
    with writing() as session:
        session.execute(a_row(0))

    def add(_number):
        with app.app_context(), writing() as session:
            row = session.scalars(select(Attempt).with_for_update()).one()
            row.count += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(48)))
    assert the_count() == 48


def test_a_write_outside_a_unit_is_an_error_in_tests(app):
    with pytest.raises(RuntimeError, match="outside a writing unit"):
        db.session.execute(a_row(1))


def test_a_read_outside_a_unit_is_none(app):
    assert the_count() is None


def test_every_sqlite_connection_keeps_our_rules(app):
    connections = [db.engine.connect() for _ in range(3)]
    for connection in connections:
        rules = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers", "busy_timeout")
        }
        assert rules == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "recursive_triggers": 1,
            "busy_timeout": 10000,
        }
        connection.close()


def test_readers_go_on_while_a_unit_writes(app):
    with writing() as session:
        session.execute(a_row(1))
        session.flush()

        def read():
            with app.app_context():
                return db.session.scalar(select(Attempt.count))

        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(read).result(timeout=5) is None
    assert the_count() == 1


WRITER = """
import os, sys
from sqlalchemy import text
from app.appeals.appeal import Appeal
from app.database import db
from app.database import read_locked, writing
from tests.cast import an_appeal
from flask import Flask
from app.database import prepare_sqlite

app = Flask("writer")
app.config["SQLALCHEMY_DATABASE_URI"] = sys.argv[1]
db.init_app(app)
with app.app_context():
    prepare_sqlite(db.engine)
    with writing() as session:
        session.execute(text("UPDATE attempts SET count = 99"))
        print("inside", flush=True)
        sys.stdin.readline()
"""


def test_a_unit_of_another_process_is_waited_for_and_a_killed_one_frees_the_turn(app, database_url):
    with writing() as session:
        session.execute(a_row(1))
    other = subprocess.Popen(
        [sys.executable, "-c", WRITER, database_url], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout.readline() == "inside\n"
    entered = threading.Event()

    def ours():
        with app.app_context(), writing() as session:
            entered.set()
            session.execute(update(Attempt).values(count=Attempt.count + 1))

    waiting = threading.Thread(target=ours)
    waiting.start()
    assert not entered.wait(0.3)
    os.kill(other.pid, signal.SIGKILL)
    assert entered.wait(10)
    waiting.join()
    other.communicate()
    assert the_count() == 2


def test_a_database_in_memory_has_nobody_to_wait_for():
    with module._turn(create_engine("sqlite://")):
        pass


@pytest.mark.both_databases
def test_what_a_unit_returned_can_be_read_afterwards(app):
    with writing() as session:
        session.execute(a_row(5))
        row = session.scalars(select(Attempt)).one()
    db.session.remove()
    try:
        assert row.count == 5
    except DetachedInstanceError:  # pragma: no cover
        pytest.fail("a committed row must not need the database again")


@pytest.mark.both_databases
def test_the_session_is_usable_after_a_statement_that_failed(app):
    with pytest.raises(Exception, match="nowhere"), writing() as session:
        session.execute(text("UPDATE nowhere SET x = 1"))
    with writing() as session:
        session.execute(a_row(3))
    assert the_count() == 3
