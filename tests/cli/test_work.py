"""`flask work`: once through what is due, or until it is told to stop."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from app.database import db
from app.donations import stripe_news
from app.donations.donation import Donation
from app.payments.inbox import Outcome, StripeEvent
from app.payments.objects import read_charge
from app.receipts.receipt import Receipt
from app.services import services
from practice.tests.conftest import eventually
from tests import stripe_bodies as stripe_says
from tests.cast import a_pledge, an_appeal
from tests.conftest import SECRET

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _signals_afterwards():
    """The command takes these signals over, as it may in a process of its own."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def deliver(app, kind, body):
    raw, headers = stripe_says.signed(stripe_says.event(kind, body), SECRET)
    assert app.test_client().post("/webhooks/stripe", data=raw, headers=headers).status_code == 200


def test_once_follows_up_what_waits_and_proves_what_was_received(app):
    reference = a_pledge(an_appeal()).reference

    class Stripe:
        def charge_of(self, _intent):
            return read_charge(stripe_says.charge(reference))

    services(app).gateway = Stripe()
    deliver(app, "payment_intent.succeeded", stripe_says.intent(reference))
    result = app.test_cli_runner().invoke(args=["work", "--once"])
    assert (result.exit_code, result.output) == (0, "3 done.\n")
    db.session.rollback()
    assert db.session.scalars(select(StripeEvent.state)).all() == ["applied"]
    assert db.session.scalars(select(Donation.state)).all() == ["received"]
    assert db.session.scalars(select(Receipt.mailed_at)).one() is not None


def test_once_with_nothing_due_says_so_and_takes_up_what_an_earlier_release_left(app, monkeypatch):
    deliver(app, "some.news", {"id": "x_1"})
    runner = app.test_cli_runner()
    assert runner.invoke(args=["work", "--once"]).output == "0 done.\n"
    monkeypatch.setitem(stripe_news._HANDLERS, "some.news", lambda _told: Outcome.APPLIED)
    assert runner.invoke(args=["work", "--once"]).output == (
        "1 events that an earlier release did not know are taken up again.\n1 done.\n"
    )


def test_it_works_until_it_is_told_to_stop(app, settings):
    """A worker of its own process, as an operator starts it."""
    reference = a_pledge(an_appeal()).reference
    environ = {
        "PATH": os.environ["PATH"],
        "PRACTICE": "1",
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "STRIPE_API_BASE": "http://127.0.0.1:9",
    }
    worker = subprocess.Popen(
        [sys.executable, "-m", "flask", "work"], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout.readline() == "The worker is running.\n"
        deliver(app, "charge.succeeded", stripe_says.charge(reference))

        def mailed():
            db.session.rollback()
            return db.session.scalar(select(Receipt.mailed_at))

        assert eventually(mailed, seconds=60)
        worker.send_signal(signal.SIGTERM)
        rest, _ = worker.communicate(timeout=30)
    finally:
        worker.kill()
    assert (worker.returncode, rest) == (0, "The worker has stopped.\n")
    # Practice mode has a treasurer too, who is sent the statement of yesterday.
    mails = [path.read_bytes() for path in settings.outbox.iterdir()]
    assert len([mail for mail in mails if b"To: lucja@example.org" in mail]) == 1
