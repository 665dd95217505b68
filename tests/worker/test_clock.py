"""Scheduled duties: what belongs to a clock is done by one worker, once a period, and soon again when it failed."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock, limits
from app.database import db, writing
from app.errors import DomainError
from app.limits import Attempt
from app.worker import clock as worker_clock
from app.worker import duties
from app.worker.clock import Regularly, ScheduledDuty

pytestmark = pytest.mark.both_databases

HOUR = timedelta(hours=1)


@pytest.fixture
def at(app, monkeypatch):
    """Sets how far the clock has moved on from the beginning of the test."""
    began = clock.now()

    def moved(**by):
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(**by))
        return began + timedelta(**by)

    moved()
    return moved


def row():
    db.session.rollback()
    return db.session.get_one(ScheduledDuty, "chime")


def test_it_is_done_at_once_and_then_once_a_period(at):
    done = []
    chime = Regularly("chime", HOUR, lambda: done.append(1))
    for minutes, times in ((0, 1), (1, 1), (59, 1), (60, 2), (61, 2)):
        at(minutes=minutes)
        assert chime.work_once() is False
        assert len(done) == times
    assert row().last_error is None


def test_several_workers_at_once_do_it_once(app):
    done = []
    chime = Regularly("chime", HOUR, lambda: done.append(1))

    def work(_number):
        with app.app_context():
            chime.work_once()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert done == [1]


def test_what_failed_is_noted_and_tried_again_soon(at):
    def fail():
        raise DomainError("the bell is cracked")

    at()
    Regularly("chime", 24 * HOUR, fail).work_once()
    assert (row().last_run_at, row().last_error) == (None, "DomainError: the bell is cracked")
    done = []
    at(minutes=14)
    Regularly("chime", 24 * HOUR, lambda: done.append(1)).work_once()
    assert done == []
    moment = at(minutes=15)
    Regularly("chime", 24 * HOUR, lambda: done.append(1)).work_once()
    assert done == [1]
    assert (row().last_run_at, row().next_run_at, row().last_error) == (moment, moment + 24 * HOUR, None)


def test_while_it_goes_on_no_other_worker_begins_it_however_long_it_takes(app, monkeypatch):
    monkeypatch.setattr(duties, "RENEWED_EVERY", timedelta(milliseconds=20))
    renewed, done = threading.Event(), []
    real = duties.HeldRow.renew

    def renewing(self):
        real(self)
        renewed.set()

    monkeypatch.setattr(duties.HeldRow, "renew", renewing)

    def take_long():
        first = row().next_run_at
        renewed.clear()
        assert renewed.wait(30)
        assert row().next_run_at > first
        db.session.rollback()
        # It is due every second, and meanwhile a second worker comes by.
        Regularly("chime", timedelta(seconds=1), lambda: done.append("twice")).work_once()
        done.append("once")

    Regularly("chime", timedelta(seconds=1), take_long).work_once()
    assert done == ["once"]
    assert row().last_error is None


def test_one_whose_worker_died_at_it_is_due_again_when_its_lease_has_run_out(at):
    class Killed(BaseException):
        pass

    def die():
        raise Killed

    at()
    with pytest.raises(Killed):
        Regularly("chime", 24 * HOUR, die).work_once()
    done = []
    chime = Regularly("chime", 24 * HOUR, lambda: done.append(1))
    at(minutes=2)
    chime.work_once()
    assert done == []
    at(minutes=3)
    chime.work_once()
    assert done == [1]


def test_attempts_are_forgotten_after_a_day(at):
    with writing():
        limits.count("give-address", "203.0.113.9", within=timedelta(minutes=10), secret="s" * 32)
    at(hours=23)
    worker_clock.forget_attempts()
    assert db.session.scalars(select(Attempt.count)).all() == [1]
    at(hours=25)
    worker_clock.forget_attempts()
    db.session.rollback()
    assert db.session.scalars(select(Attempt.count)).all() == []
