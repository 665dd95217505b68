"""Leases: held for as long as the work goes on, lost when another has taken the row, and nobody's after a death."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.database import db, writing
from app.errors import DomainError
from app.payments.inbox import PENDING, StripeEvent
from app.worker import duties
from app.worker.duties import Duty
from tests.worker.test_duties import due_rows, row

pytestmark = pytest.mark.both_databases


def a_duty(perform):
    return Duty("test", StripeEvent, StripeEvent.state == PENDING, perform)


def test_it_is_renewed_while_the_work_goes_on(app, monkeypatch):
    monkeypatch.setattr(duties, "RENEWED_EVERY", timedelta(milliseconds=20))
    (row_id,) = due_rows(1)
    seen, renewed = [], threading.Event()

    def perform(which):
        first = row(which).leased_until
        db.session.rollback()
        for _ in range(500):
            later = row(which).leased_until
            db.session.rollback()
            if later > first:
                seen.append(later)
                break
            renewed.wait(0.02)

    assert a_duty(perform).work_once()
    assert seen
    assert row(row_id).leased_until is None


@pytest.mark.usefixtures("app")
def test_a_row_that_another_worker_has_taken_meanwhile_stays_theirs():
    (row_id,) = due_rows(1)
    theirs = clock.now() + timedelta(minutes=9)

    def perform(which):
        with writing():
            db.session.execute(update(StripeEvent).where(StripeEvent.id == which).values(leased_until=theirs))

    assert a_duty(perform).work_once()
    assert row(row_id).leased_until == theirs

    def fail(which):
        perform(which)
        raise DomainError("it could not be done")

    with writing():
        db.session.execute(update(StripeEvent).values(leased_until=None))
    assert a_duty(fail).work_once()
    assert (row(row_id).leased_until, row(row_id).last_error) == (theirs, None)


@pytest.mark.usefixtures("app")
def test_what_is_refused_for_good_is_tried_once_a_day():
    class NoSuchAddress(DomainError):
        final = True

    (row_id,) = due_rows(1)

    def refuse(_which):
        raise NoSuchAddress("nobody lives there")

    before = clock.now()
    assert a_duty(refuse).work_once()
    assert row(row_id).next_try_at >= before + timedelta(days=1)
    assert row(row_id).last_error == "NoSuchAddress: nobody lives there"


@pytest.mark.usefixtures("app")
def test_a_lease_that_is_lost_is_not_renewed():
    (row_id,) = due_rows(1)
    until = clock.now()
    lost = duties.Lease(StripeEvent, row_id, until)
    lost.renew()
    assert lost.until == until
    assert db.session.scalar(select(StripeEvent.leased_until)) is None
