"""Alarms: deliveries that are refused and events that wait are heard of, once a day for each reason."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock
from app.database import db, writing
from app.emails.email import DueEmail
from app.payments.inbox import StripeEvent, WrongTime
from app.reconciliation import alarms, treasurer_mails
from app.webhooks import stripe
from tests import stripe_bodies as says
from tests.conftest import SECRET, make_settings

pytestmark = pytest.mark.both_databases


@pytest.fixture(autouse=True)
def _every_refusal_is_counted(monkeypatch):
    monkeypatch.setattr(stripe, "_counted_at", {})
    monkeypatch.setattr(stripe, "_AT_MOST_EVERY", timedelta(0))


def send(client, *, secret=SECRET, late=0, **changes):
    told = says.event("charge.succeeded", says.charge(None), **changes)
    raw, headers = says.signed(told, secret, at=clock.now().timestamp() - late)
    return client.post("/webhooks/stripe", data=raw, headers=headers).status_code


def heard():
    with writing():
        alarms.watch()
    return db.session.scalars(select(DueEmail.subject).order_by(DueEmail.subject)).all()


@pytest.mark.parametrize("late", [3600, -3600])
def test_one_delivery_at_the_wrong_time_tells_of_a_wrong_clock(client, late):
    assert send(client, late=late) == 400
    assert heard() == ["alarm:clock"]


def test_signatures_that_do_not_fit_are_heard_of_when_there_are_several(client):
    for _ in range(2):
        assert send(client, secret="whsec_another") == 400
    assert heard() == []
    send(client, secret="whsec_another")
    assert heard() == ["alarm:signature"]


def test_a_live_event_for_test_books_is_heard_of(client):
    assert send(client, livemode=True) == 400
    assert heard() == ["alarm:mode"]


def test_one_thin_event_is_heard_of(client):
    assert send(client, object="v2.core.event") == 400
    assert heard() == ["alarm:unreadable"]


def test_a_flood_of_strangers_is_counted_no_oftener_than_every_ten_seconds(client, monkeypatch):
    monkeypatch.setattr(stripe, "_AT_MOST_EVERY", timedelta(seconds=10))
    for _ in range(20):
        send(client, secret="whsec_another")
    assert heard() == []


def test_an_event_that_waits_for_an_hour_is_heard_of(client, monkeypatch):
    send(client)
    with writing() as session:
        session.execute(update(StripeEvent).values(state="pending"))
    assert heard() == []
    later = clock.now() + timedelta(minutes=61)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert heard() == ["alarm:pending"]


def test_nothing_is_heard_when_all_is_well(client):
    send(client)
    assert heard() == []


def test_each_reason_is_heard_once_a_day(client, monkeypatch):
    send(client, late=3600)
    assert heard() == heard() == ["alarm:clock"]
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    with writing():
        alarms.count_refusal(WrongTime("the clock"), "secret")
    assert heard() == ["alarm:clock", "alarm:clock"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("silence", "events do not arrive"),
        ("clock", "server's clock is probably wrong"),
        ("signature", "differs from STRIPE_WEBHOOK_SECRET"),
        ("mode", "the wrong mode"),
        ("unreadable", "must be “snapshot”"),
        ("contradiction", "It was not applied"),
    ],
)
def test_an_alarm_says_what_to_look_at(app, tmp_path, database_url, reason, words):
    settings = make_settings(tmp_path, database_url, treasurer_email="treasurer@lantern.example")
    with writing():
        alarms.sound(reason)
    mail = treasurer_mails.alarm(db.session.scalars(select(DueEmail)).one(), settings)
    assert mail.to == "treasurer@lantern.example"
    assert words in mail.text
    assert words in mail.html
    assert (
        treasurer_mails.alarm(db.session.scalars(select(DueEmail)).one(), make_settings(tmp_path, database_url)) is None
    )


def test_an_alarm_of_what_has_been_done_meanwhile_is_not_sent(app, tmp_path, database_url):
    settings = make_settings(tmp_path, database_url, treasurer_email="treasurer@lantern.example")
    with writing():
        alarms.sound(alarms.PENDING_LONG)
    assert treasurer_mails.alarm(db.session.scalars(select(DueEmail)).one(), settings) is None
