"""Closing a month: nothing is booked in it any more, and late news finds the first open day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app import clock
from app.database import db, writing
from app.ledger import balances, closing, reversing, verifying
from app.ledger.entries import Entry
from tests.ledger.entering import a_gift, enter, held_by_stripe, income

pytestmark = pytest.mark.both_databases

OCTOBER = datetime(2026, 10, 12, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _it_is_november(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))


def booked(entry_id):
    return db.session.get_one(Entry, entry_id).booked_on


def close(day):
    with writing():
        closing.close(day, by="ada")


def test_what_comes_late_is_booked_on_the_first_open_day_and_says_when_it_happened(app):
    before = a_gift("test:1", occurred_at=OCTOBER)
    close(date(2026, 10, 1))
    late = a_gift("test:2", occurred_at=OCTOBER)
    assert (booked(before), booked(late)) == (date(2026, 10, 12), date(2026, 11, 1))
    assert db.session.get_one(Entry, late).occurred_at == OCTOBER
    assert a_gift("test:1", occurred_at=OCTOBER) == before
    assert verifying.faults() == []


def test_what_happens_in_an_open_month_is_booked_on_its_day(app):
    close(date(2026, 9, 1))
    assert booked(a_gift("test:1", occurred_at=OCTOBER)) == date(2026, 10, 12)
    assert booked(a_gift("test:2")) == date(2026, 11, 20)


def test_a_reversal_of_a_closed_entry_is_booked_today_and_changes_nothing_that_is_closed(app):
    gift = a_gift(occurred_at=OCTOBER)
    close(date(2026, 10, 31))
    with writing():
        undone = reversing.reverse(gift, memo="undone", recorded_by="ada", occurred_at=OCTOBER).entry_id
    assert booked(undone) == date(2026, 11, 1)


def test_a_month_is_closed_to_its_last_day_with_all_before_it(app):
    close(date(2026, 9, 3))
    row = closing.closed_through()
    assert (row.day, row.changed_by, row.changed_at) == (date(2026, 9, 30), "ada", clock.now())
    assert booked(a_gift(occurred_at=datetime(2025, 2, 3, tzinfo=UTC))) == date(2026, 10, 1)


def test_a_month_is_closed_once_and_only_when_it_is_over(app, monkeypatch):
    with pytest.raises(closing.MonthNotOver):
        close(date(2026, 11, 1))
    close(date(2026, 10, 31))
    for day in (date(2026, 10, 5), date(2026, 4, 1)):
        with pytest.raises(closing.ClosedAlready):
            close(day)
    assert closing.closed_through().day == date(2026, 10, 31)


def test_a_month_that_ended_a_moment_ago_waits_for_what_is_being_posted(app, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, 0, 30, tzinfo=UTC))
    assert closing.next_to_close() == date(2026, 10, 31)
    with pytest.raises(closing.MonthNotOver):
        close(date(2026, 11, 30))
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 12, 1, 1, tzinfo=UTC))
    close(date(2026, 11, 30))


def test_the_next_month_to_close_is_named(app):
    assert closing.next_to_close() == date(2026, 10, 31)
    close(date(2026, 8, 31))
    assert closing.next_to_close() == date(2026, 9, 30)
    close(date(2026, 10, 31))
    assert closing.next_to_close() is None


def test_the_last_closed_month_and_no_other_can_be_opened_again(app):
    close(date(2026, 10, 31))
    with writing():
        assert closing.reopen(by="bob") == date(2026, 10, 31)
    assert (closing.closed_through().day, closing.closed_through().changed_by) == (date(2026, 9, 30), "bob")
    assert booked(a_gift("test:1", occurred_at=OCTOBER)) == date(2026, 10, 12)
    assert booked(a_gift("test:2", occurred_at=datetime(2026, 9, 12, tzinfo=UTC))) == date(2026, 10, 1)


def test_where_nothing_is_closed_nothing_is_opened(app):
    with pytest.raises(closing.NothingClosed), writing():
        closing.reopen(by="bob")


def test_the_database_itself_refuses_an_entry_in_a_closed_month(app):
    gift = a_gift(occurred_at=OCTOBER)
    close(date(2026, 10, 31))
    copied = (
        "INSERT INTO entries (source, kind, subject, memo, lines, occurred_at, recorded_at, booked_on, recorded_by) "
        "SELECT 'forged', kind, subject, memo, lines, occurred_at, recorded_at, booked_on, recorded_by "
        "FROM entries WHERE id = :id"
    )
    with pytest.raises(DBAPIError, match="the month is closed"), writing() as session:
        session.execute(text(copied), {"id": gift})


def test_nothing_slips_into_a_month_while_it_is_being_closed(app):
    """Many post into October while it is closed: what is in it when it is closed is what stays in it."""
    with writing():
        lines = [(income(), held_by_stripe(), 100)]
    seen = []

    def one(number):
        with app.app_context():
            if number == 20:
                with writing() as session:
                    closing.close(date(2026, 10, 31), by="ada")
                    count = text("SELECT count(*) FROM entries WHERE booked_on <= :day")
                    seen.append(session.scalar(count, {"day": "2026-10-31"}))
                return
            with writing():
                enter(f"test:{number}", lines, occurred_at=OCTOBER)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(60)))
    days = db.session.scalars(select(Entry.booked_on)).all()
    assert len(days) == 59
    assert seen == [days.count(date(2026, 10, 12))]
    assert set(days) <= {date(2026, 10, 12), date(2026, 11, 1)}
    assert verifying.faults() == []


NEWS = st.one_of(
    st.tuples(st.just("post"), st.integers(0, 140), st.integers(1, 10_000)),
    st.tuples(st.just("close"), st.integers(0, 3), st.just(0)),
    st.tuples(st.just("reopen"), st.just(0), st.just(0)),
)


@given(news=st.lists(NEWS, min_size=1, max_size=14))
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_however_late_news_is_a_closed_month_keeps_its_balances(app, news):
    """Whatever is posted, closed and opened again: while a month is closed, no day of it changes."""
    run = db.session.scalar(select(Entry.id).order_by(Entry.id.desc()).limit(1)) or 0
    for number, (what, drawn, minor) in enumerate(news):
        closed = closing.closed_through().day or date.min
        before = _days(closed)
        try:
            with writing():
                if what == "post":
                    happened = datetime(2026, 7, 1, 12, tzinfo=UTC) + timedelta(days=drawn)
                    entry = enter(f"run:{run}:{number}", [(income(), held_by_stripe(), minor)], occurred_at=happened)
                    assert booked(entry.entry_id) == max(
                        clock.local_day(happened), closed + timedelta(days=1) if closed > date.min else date.min
                    )
                elif what == "close":
                    closing.close(date(2026, 7 + drawn, 1), by="ada")
                else:
                    closing.reopen(by="ada")
        except (closing.ClosedAlready, closing.NothingClosed):
            pass
        assert _days(closed) == before
    assert verifying.faults() == []
    db.session.rollback()
    with writing() as session:
        session.execute(text("UPDATE closed_through SET day = NULL"))
        row = closing.closed_through()
        session.add(closing.Closing(day=None, changed_at=row.changed_at or clock.now(), changed_by=row.changed_by))


def _days(through):
    table = balances.DailyBalance.__table__
    return sorted(map(tuple, db.session.execute(select(table).where(table.c.booked_on <= through))))
