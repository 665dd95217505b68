"""Duties: each row that is due is done once, by one worker at a time, and a failure is only ever its own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.errors import DomainError
from app.payments.inbox import APPLIED, PENDING, StripeEvent
from app.worker.duties import LEASE, Duty

both = pytest.mark.both_databases


class FundIsShut(DomainError):
    """A refusal of our own."""


@pytest.fixture
def at(app, monkeypatch):
    """Sets how far the clock has moved on from the beginning of the test."""
    began = clock.now()

    def moved(**by):
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(**by))
        return began + timedelta(**by)

    moved()
    return moved


def due_rows(number):
    """Rows that are due, by their ids in order."""
    with writing() as session:
        for each in range(number):
            session.add(
                StripeEvent(
                    event_id=f"evt_{each}", type="x", created_at=clock.now(), received_at=clock.now(),
                    body=b"{}", body_sha256="0" * 64, state=PENDING, attempts=0,
                )
            )  # fmt: skip
    return db.session.scalars(select(StripeEvent.id).order_by(StripeEvent.id)).all()


def finish(row_id):
    with writing() as session:
        session.get(StripeEvent, row_id).state = APPLIED


def a_duty(perform=finish):
    return Duty("test", StripeEvent, StripeEvent.state == PENDING, perform)


def row(row_id):
    db.session.rollback()
    return db.session.get(StripeEvent, row_id, populate_existing=True)


@both
def test_what_is_due_is_done_in_order_and_then_nothing_is(at):
    ids, done = due_rows(3), []

    def perform(row_id):
        done.append(row_id)
        finish(row_id)

    duty = a_duty(perform)
    assert [duty.work_once() for _ in range(4)] == [True, True, True, False]
    assert done == ids
    finished = row(ids[0])
    assert (finished.attempts, finished.leased_until, finished.next_try_at) == (1, None, None)


def test_while_it_is_done_a_row_is_leased_and_no_transaction_is_open(at):
    (row_id,), seen = due_rows(1), []

    def perform(claimed):
        assert not db.session().in_transaction()
        seen.append(row(claimed).leased_until)
        assert not a_duty().work_once()
        finish(claimed)

    began = at()
    assert a_duty(perform).work_once()
    assert seen == [began + LEASE]
    assert row(row_id).state == APPLIED


@both
def test_the_lease_of_a_worker_that_died_runs_out_and_another_takes_the_row_up(at):
    (row_id,) = due_rows(1)

    def died(_row_id):
        raise SystemExit

    with pytest.raises(SystemExit):
        a_duty(died).work_once()
    at(seconds=LEASE.total_seconds() - 1)
    assert not a_duty().work_once()
    at(seconds=LEASE.total_seconds())
    assert a_duty().work_once()
    assert (row(row_id).state, row(row_id).attempts) == (APPLIED, 2)


def test_failures_wait_longer_each_time_up_to_an_hour(at):
    (row_id,), waits, now = due_rows(1), [], timedelta()

    def broken(_row_id):
        raise FundIsShut("the fund is shut")

    duty = a_duty(broken)
    for attempt in range(1, 16):
        moment = at(seconds=now.total_seconds())
        assert duty.work_once()
        failed = row(row_id)
        assert (failed.attempts, failed.leased_until) == (attempt, None)
        waits.append((failed.next_try_at - moment).total_seconds())
        at(seconds=(now + timedelta(seconds=waits[-1])).total_seconds() - 0.001)
        assert not duty.work_once()
        now += timedelta(seconds=waits[-1])
    assert waits[:11] == [2.0 * 2**each for each in range(11)]
    assert set(waits[11:]) == {3600.0}


def test_what_succeeds_at_last_keeps_no_trace_of_its_failures(at):
    (row_id,) = due_rows(1)

    def broken(_row_id):
        raise FundIsShut("the fund is shut")

    a_duty(broken).work_once()
    assert row(row_id).last_error == "FundIsShut: the fund is shut"
    at(seconds=2)
    assert a_duty().work_once()
    assert (row(row_id).last_error, row(row_id).next_try_at, row(row_id).attempts) == (None, None, 2)


@pytest.mark.parametrize("failure", [ValueError, KeyError, OSError, RuntimeError])
def test_a_librarys_words_are_neither_kept_nor_logged(at, caplog, failure):
    (row_id,) = due_rows(1)

    def broken(_row_id):
        raise failure("lucja@example.org")

    a_duty(broken).work_once()
    assert row(row_id).last_error == failure.__name__
    assert f"test {row_id} could not be done: {failure.__name__}" in caplog.text
    assert "lucja" not in caplog.text


@both
def test_one_rows_failure_stops_no_other(at):
    ids, done = due_rows(4), []

    def perform(row_id):
        if row_id == ids[1]:
            raise ValueError
        done.append(row_id)
        finish(row_id)

    duty = a_duty(perform)
    while duty.work_once():
        pass
    assert done == [ids[0], ids[2], ids[3]]
    assert [row(each).state for each in ids] == [APPLIED, PENDING, APPLIED, APPLIED]


@both
def test_what_a_failure_had_begun_is_undone(at):
    (row_id,) = due_rows(1)

    def half_way(claimed):
        with writing() as session:
            session.get(StripeEvent, claimed).state = APPLIED
            session.flush()
            raise ValueError

    a_duty(half_way).work_once()
    assert (row(row_id).state, row(row_id).last_error) == (PENDING, "ValueError")


def test_a_reading_transaction_left_open_by_a_failure_does_not_keep_it_from_being_recorded(at):
    (row_id,) = due_rows(1)

    def reads_and_fails(claimed):
        db.session.get(StripeEvent, claimed)
        raise ValueError

    a_duty(reads_and_fails).work_once()
    assert row(row_id).last_error == "ValueError"


@both
def test_workers_side_by_side_do_each_row_once(app, at):
    ids, done, lock = due_rows(40), [], threading.Lock()

    def perform(row_id):
        with lock:
            done.append(row_id)
        finish(row_id)

    def work(_number):
        with app.app_context():
            duty = a_duty(perform)
            while duty.work_once():
                pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert sorted(done) == ids
    assert {row(each).attempts for each in ids} == {1}


@both
def test_a_row_that_another_transaction_holds_is_passed_over(app, at, engine_name):
    """On PostgreSQL; on SQLite, with its one writer, a reader holds no row."""
    ids, done = due_rows(2), []

    def perform(row_id):
        done.append(row_id)
        finish(row_id)

    with db.engine.connect() as other:
        other.execute(select(StripeEvent.id).where(StripeEvent.id == ids[0]).with_for_update())
        assert a_duty(perform).work_once()
        assert a_duty(perform).work_once() is (engine_name == "sqlite")
        other.rollback()
    a_duty(perform).work_once()
    assert done == (ids if engine_name == "sqlite" else ids[::-1])


def test_a_slow_worker_whose_lease_ran_out_does_not_disturb_what_another_has_done(at):
    """It fails after another has finished the row: there is nothing left to put off."""
    (row_id,) = due_rows(1)

    def overtaken(_row_id):
        at(seconds=LEASE.total_seconds() + 1)
        assert a_duty().work_once()
        raise ValueError

    a_duty(overtaken).work_once()
    assert (row(row_id).state, row(row_id).last_error, row(row_id).next_try_at) == (APPLIED, None, None)
