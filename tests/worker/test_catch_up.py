"""Catching up: with every webhook switched off, what Stripe lists makes the same books, once."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.appeals import raised
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.emails.email import DueEmail
from app.ledger import beginning
from app.ledger.beginning import Beginning
from app.payments.inbox import StripeEvent
from app.payments.objects import StripeTransaction
from app.worker import catch_up, duties, events, payouts
from tests import books_kept
from tests.cast import a_pledge, an_appeal
from tests.stripe_account import DAY, Account

pytestmark = pytest.mark.both_databases


@pytest.fixture
def account(app):
    """An account with four gifts, refunds, disputes and weekly payouts in the last month; nothing was delivered."""
    account = Account(now=int(clock.now().timestamp()) - 25 * DAY)
    appeal = an_appeal()
    books_kept.lives(account, [a_pledge(appeal, f"nonce-{number}").reference for number in range(4)])
    db.session.rollback()
    return account


def worked_off(account, settings):
    db.session.rollback()
    caught = catch_up.catch_up(account, settings)
    duties.do_all_due([events.duty(account), payouts.duty(account)])
    return caught


def test_without_any_webhook_catching_up_ends_in_the_same_books(app, account, settings):
    caught = worked_off(account, settings)
    assert caught.events == len(account.events)
    books_kept.agree()
    without = books_kept.entries()
    total = raised.by(db.session.scalars(select(Appeal)).one())
    # Four gifts of £25: one refunded by £10, one by a refund that failed, one lost, one won.
    assert (total.amount.minor, total.gifts) == (6500, 4)
    books_kept.deliver_all(app, account)
    assert books_kept.entries() == without
    assert db.session.scalar(select(func.count()).select_from(StripeTransaction)) == len(account.transactions)


def test_doing_it_again_changes_nothing(account, settings):
    worked_off(account, settings)
    before = books_kept.entries()
    again = worked_off(account, settings)
    assert (again.events, again.transactions) == (0, 0)
    assert books_kept.entries() == before


def test_movements_alone_are_enough_when_no_event_is_left(account, settings):
    account.events.clear()
    caught = worked_off(account, settings)
    assert (caught.events, caught.transactions > 0) == (0, True)
    books_kept.agree()
    assert books_kept.balance("assets:stripe:gbp") == 0


def test_what_was_delivered_is_not_taken_in_a_second_time(app, account, settings):
    for told in account.events[::2]:
        books_kept.deliver(app, told)
    db.session.rollback()
    caught = worked_off(account, settings)
    assert caught.events == len(account.events[1::2])
    assert db.session.scalar(select(func.count()).select_from(StripeEvent)) == len(account.events)
    books_kept.agree()


def test_events_of_the_other_mode_are_passed_over(account, settings):
    for told in account.events:
        told["livemode"] = True
    assert catch_up.catch_up(account, settings).events == 0


def alarms():
    db.session.rollback()
    return db.session.scalars(select(DueEmail.subject).where(DueEmail.kind == "alarm")).all()


def begin(days_ago):
    with writing():
        beginning.begin(live=False)
    with writing():
        db.session.scalars(select(Beginning)).one().began_at = clock.now() - timedelta(days=days_ago)
    db.session.rollback()


@pytest.mark.parametrize(
    ("minutes_ago", "begun", "heard"),
    [(60, 30, ["alarm:silence"]), (5, 30, []), (60 * 48, 60, []), (60, 0, [])],
    ids=["an hour ago", "just now", "long over", "before the books began"],
)
def test_a_charge_whose_event_did_not_arrive_sounds_the_alarm_once(app, settings, minutes_ago, begun, heard):
    begin(begun)
    account = Account(now=int(clock.now().timestamp()) - minutes_ago * 60)
    account.gives(a_pledge(an_appeal()).reference)
    db.session.rollback()
    worked_off(account, settings)
    assert alarms() == heard
    account.gives(None, 700)
    worked_off(account, settings)
    assert alarms() == heard


def test_events_that_arrive_sound_no_alarm(app, settings):
    begin(30)
    account = Account(now=int(clock.now().timestamp()) - 3600)
    account.gives(a_pledge(an_appeal()).reference)
    books_kept.deliver_all(app, account)
    worked_off(account, settings)
    assert alarms() == []


def test_the_clock_runs_it_daily_over_all_and_hourly_over_the_last_hours(account, settings):
    daily, hourly = catch_up.regularly(account, settings)
    assert (daily.every, hourly.every) == (timedelta(days=1), timedelta(hours=1))
    hourly.work_once()
    assert db.session.scalar(select(func.count()).select_from(StripeEvent)) == 0
    daily.work_once()
    assert db.session.scalar(select(func.count()).select_from(StripeEvent)) == len(account.events)
