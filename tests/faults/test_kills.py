"""Kill −9: at whatever moment a process dies, there is one donation, one entry, and books that verify clean."""

import itertools
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import clock
from app.appeals import raised
from app.appeals.appeal import Appeal
from app.database import db
from app.donations.donation import Donation
from app.ledger import verifying
from app.ledger.entries import Entry
from app.payments.inbox import StripeEvent
from app.payments.objects import read_charge
from app.receipts.receipt import Receipt
from app.worker import duties, events
from tests import stripe_bodies as stripe_says
from tests.cast import a_pledge, an_appeal
from tests.conftest import SECRET

pytestmark = pytest.mark.both_databases

KILLED, ENDED = -9, 0


@pytest.fixture
def appeal(app):
    """The key of an appeal: what is read here is often forgotten while another process works."""
    return an_appeal().id


def pledge(appeal, number):
    """The reference of a new pledge."""
    return a_pledge(db.session.get(Appeal, appeal), f"nonce-{number}").reference


@pytest.fixture
def play(app, settings, stage):
    """Plays a part on this test's database, and returns how it ended."""

    def played(name, **values):
        db.session.remove()
        (ended,) = stage.play((name, {"folder": str(settings.data_dir), "url": settings.database_url, **values}))
        assert ended in (KILLED, ENDED)
        return ended

    return played


def deliver(app, raw, headers):
    return app.test_client().post("/webhooks/stripe", data=raw, headers=headers).status_code


def the_story_of(reference):
    """What the database tells of one donation: its state, its entries by kind, and its receipts."""
    db.session.rollback()
    db.session.expire_all()
    subject = f"donation:{reference}"
    return (
        db.session.scalar(select(Donation.state).where(Donation.reference == reference)),
        db.session.scalars(select(Entry.kind).where(Entry.subject == subject).order_by(Entry.id)).all(),
        db.session.scalar(select(func.count(Receipt.id)).join(Donation).where(Donation.reference == reference)),
    )


NOTHING_YET, RECEIVED = ("pledged", [], 0), ("received", ["gift"], 1)
WITH_FEE = ("received", ["gift", "fee"], 1)


def the_event(event_id):
    return db.session.scalar(select(StripeEvent.state).where(StripeEvent.event_id == event_id))


def settled_charge(reference, number):
    """A charge as Stripe shows it once its fee is known."""
    transaction = {
        "id": f"txn_{number}", "object": "balance_transaction", "source": f"ch_{number}", "type": "charge",
        "amount": 2500, "fee": 50, "net": 2450, "currency": "gbp", "created": stripe_says.CREATED + 1,
        "available_on": stripe_says.CREATED + 86_400,
    }  # fmt: skip
    return stripe_says.charge(reference, charge_id=f"ch_{number}", balance_transaction=transaction)


def test_a_web_server_killed_while_it_takes_in_a_delivery(app, appeal, play):
    """Whatever it was doing, Stripe has no answer, and sends the event again."""
    died, number = Counter(), 0
    while died[ENDED] == 0:
        number += 1
        reference = pledge(appeal, number)
        told = stripe_says.event("charge.succeeded", stripe_says.charge(reference, charge_id=f"ch_{number}"))
        raw, headers = stripe_says.signed(told, SECRET)
        died[play("deliver", die_at=number, raw=raw.decode(), headers=headers)] += 1
        left = the_story_of(reference)
        assert left in (NOTHING_YET, RECEIVED)
        assert the_event(told["id"]) == (None if left == NOTHING_YET else "applied")
        assert verifying.faults() == []
        assert deliver(app, raw, headers) == 200
        assert the_story_of(reference) == RECEIVED
        assert the_event(told["id"]) == "applied"
    assert died[KILLED] >= 15
    assert raised.by(db.session.get(Appeal, appeal)).gifts == number
    assert verifying.faults() == []


def test_a_worker_killed_while_it_follows_up_what_waits(app, appeal, play, monkeypatch):
    """Two events of one gift wait; another worker finds what the dead one has left, when its lease has run out."""
    died, number, real = Counter(), 0, clock.now
    while died[ENDED] == 0:
        number += 1
        charge_id = f"ch_{number}"
        reference = pledge(appeal, number)
        body = settled_charge(reference, number)
        told = [
            stripe_says.event("payment_intent.succeeded", stripe_says.intent(reference, charge_id=charge_id)),
            stripe_says.event("charge.succeeded", body, api_version="2026-08-26.dahlia"),
        ]
        for each in told:
            assert deliver(app, *stripe_says.signed(each, SECRET)) == 200
        died[play("work", die_at=number, charges={charge_id: body})] += 1
        left = the_story_of(reference)
        assert left in (NOTHING_YET, WITH_FEE)
        assert verifying.faults() == []

        class Stripe:
            def charge(self, _charge_id, body=body):
                return read_charge(body)

            charge_of = charge

        with monkeypatch.context() as later:
            later.setattr(clock, "now", lambda: real() + duties.LEASE + timedelta(seconds=1))
            duties.do_all_due([events.duty(Stripe())])
        assert the_story_of(reference) == WITH_FEE
        assert {the_event(each["id"]) for each in told} == {"applied"}
    assert died[KILLED] >= 30
    assert raised.by(db.session.get(Appeal, appeal)).gifts == number
    assert verifying.faults() == []


def test_a_web_server_killed_while_it_sends_somebody_to_stripe(app, appeal, play, settings):
    """The giver sends the same form again: it is the same donation, asked for under the same key."""
    died, number = Counter(), 0
    keys = Path(settings.data_dir, "keys")
    while died[ENDED] == 0:
        number += 1
        keys.write_text("")
        fields = {"nonce": f"nonce-{number}", "rhythm": "once", "amount": "25.00", "other": "", "name": "Łucja Okoń",
                  "email": f"lucja{number}@example.org"}  # fmt: skip
        address = f"192.0.2.{number}"
        died[play("give", die_at=number, fields=fields, address=address)] += 1
        assert play("give", die_at=0, fields=fields, address=address) == ENDED
        db.session.expire_all()
        donation = db.session.scalars(select(Donation).where(Donation.email == fields["email"])).one()
        asked = keys.read_text().splitlines()
        assert set(asked) == {f"{donation.reference} {donation.checkout_key}"}
        assert donation.checkout_session_id == f"cs_{donation.checkout_key}"
        assert donation.checkout_url == f"https://checkout.example/{donation.checkout_key}"
        db.session.rollback()
    assert died[KILLED] >= 15


def test_workers_of_several_processes_do_each_row_once(app, stage, settings):
    for number in range(60):
        body = stripe_says.charge(None, charge_id=f"ch_{number}")
        raw, headers = stripe_says.signed(stripe_says.event("charge.succeeded", body), SECRET)
        assert deliver(app, raw, headers) == 200
    db.session.remove()
    own = {"folder": str(settings.data_dir), "url": settings.database_url}
    assert stage.play(*(("take_turns", {**own, "number": number}) for number in range(3))) == [ENDED] * 3
    done = [Path(settings.data_dir, f"done-{number}").read_text().split() for number in range(3)]
    assert sorted(itertools.chain(*done)) == sorted(f"ch_{number}" for number in range(60))
    assert set(db.session.scalars(select(StripeEvent.state))) == {"applied"}
    assert set(db.session.scalars(select(StripeEvent.attempts))) == {1}
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 60
    assert verifying.faults() == []
