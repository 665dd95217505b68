"""The database's types: an instant comes back as it went in, aware and in UTC, and a naive one never goes in."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from app.database import db, writing
from app.limits import Attempt
from app.payments.inbox import StripeEvent

pytestmark = pytest.mark.both_databases
MOMENT = datetime(2026, 7, 1, 0, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=1)))


def an_attempt(at):
    with writing() as session:
        session.add(Attempt(action="x", subject="x", window_at=at, count=1))


def test_an_instant_of_any_zone_comes_back_in_utc_to_the_microsecond(app):
    an_attempt(MOMENT)
    db.session.expire_all()
    (kept,) = db.session.scalars(select(Attempt.window_at))
    assert kept == MOMENT
    assert kept.tzinfo is UTC or kept.utcoffset() == timedelta(0)
    assert db.session.scalar(select(Attempt.count).where(Attempt.window_at == MOMENT)) == 1
    assert db.session.scalar(select(Attempt.count).where(Attempt.window_at > MOMENT)) is None


def test_a_naive_instant_is_refused(app):
    with pytest.raises(StatementError, match="an instant must be aware"):
        an_attempt(MOMENT.replace(tzinfo=None))


def test_no_instant_stays_none(app):
    with writing() as session:
        session.add(
            StripeEvent(
                event_id="evt_1", type="x", created_at=MOMENT, received_at=MOMENT, body=b"", body_sha256="0",
                state="applied", next_try_at=None,
            )
        )  # fmt: skip
    db.session.expire_all()
    assert db.session.scalars(select(StripeEvent.next_try_at)).all() == [None]
