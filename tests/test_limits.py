"""Limits: every try counts, in whichever process, and nothing says whose it was."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock, limits
from app.database import db, writing
from app.limits import Attempt

pytestmark = pytest.mark.both_databases
WINDOW = timedelta(minutes=10)


def tried(subject="lucja@example.org", action="give", secret="s" * 32):
    with writing():
        return limits.count(action, subject, within=WINDOW, secret=secret)


@pytest.fixture
def at(app, monkeypatch):
    """Sets the time."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


def test_each_try_is_counted_for_its_subject_and_action_alone(at):
    at(datetime(2026, 7, 1, 12, 5, tzinfo=UTC))
    assert [tried(), tried(), tried()] == [1, 2, 3]
    assert tried("somebody@example.org") == 1
    assert tried(action="sign-in") == 1
    assert tried() == 4


def test_a_new_window_begins_at_one(at):
    at(datetime(2026, 7, 1, 12, 9, 59, 999_000, tzinfo=UTC))
    assert [tried(), tried()] == [1, 2]
    at(datetime(2026, 7, 1, 12, 10, tzinfo=UTC))
    assert tried() == 1


def test_the_subject_is_kept_as_a_keyed_hash_alone(at):
    at(datetime(2026, 7, 1, 12, 5, tzinfo=UTC))
    tried()
    tried(secret="another secret of this length ok")
    kept = db.session.scalars(select(Attempt.subject)).all()
    assert len(set(kept)) == 2
    assert all(len(each) == 64 and "lucja" not in each for each in kept)


def test_tries_at_once_are_all_counted(app, at):
    at(datetime(2026, 7, 1, 12, 5, tzinfo=UTC))

    def one(_number):
        with app.app_context():
            return tried()

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(one, range(16))) == list(range(1, 17))


def test_old_windows_are_forgotten_and_young_ones_kept(at):
    at(datetime(2026, 7, 1, 12, 5, tzinfo=UTC))
    tried()
    at(datetime(2026, 7, 2, 12, 15, tzinfo=UTC))
    tried()
    with writing():
        limits.forget(clock.now() - timedelta(days=1))
    assert db.session.scalars(select(Attempt.window_at)).all() == [datetime(2026, 7, 2, 12, 10, tzinfo=UTC)]
