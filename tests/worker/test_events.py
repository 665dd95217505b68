"""Events that wait: what Stripe says now is booked, and what cannot be booked yet waits on."""

import json

import pytest
from sqlalchemy import func, select

from app.database import db, writing
from app.donations import stripe_news
from app.donations.donation import Donation
from app.ledger import verifying
from app.ledger.entries import Entry
from app.payments.inbox import Outcome, StripeEvent
from app.payments.objects import read_charge
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable
from app.worker import duties, events
from tests import stripe_bodies as stripe_says
from tests.cast import a_pledge, an_appeal
from tests.conftest import SECRET

pytestmark = pytest.mark.both_databases


class Stripe:
    """Answers with one charge, remembers the questions, and refuses to be asked inside a transaction."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []

    def _answer(self, *question):
        assert not db.session().in_transaction()
        self.asked.append(question)
        if isinstance(self.answer, Exception):
            raise self.answer
        return None if self.answer is None else read_charge(self.answer)

    def charge(self, charge_id):
        return self._answer("charge", charge_id)

    def charge_of(self, intent_id):
        return self._answer("intent", intent_id)


@pytest.fixture
def donation(app):
    """The reference of a pledge."""
    return a_pledge(an_appeal()).reference


def deliver(app, kind, body, **changes):
    raw, headers = stripe_says.signed(stripe_says.event(kind, body, **changes), SECRET)
    assert app.test_client().post("/webhooks/stripe", data=raw, headers=headers).status_code == 200


def follow_up(stripe):
    duties.do_all_due([events.duty(stripe)])
    db.session.rollback()
    return db.session.execute(select(StripeEvent.state, StripeEvent.last_error)).all()


def the_donation():
    return db.session.scalars(select(Donation)).one()


def received():
    return the_donation().state == "received"


@pytest.mark.parametrize(
    ("kind", "question"),
    [
        ("charge.succeeded", ("charge", "ch_1")),
        ("payment_intent.succeeded", ("intent", "pi_ch_1")),
        ("checkout.session.completed", ("intent", "pi_ch_1")),
        ("checkout.session.async_payment_succeeded", ("intent", "pi_ch_1")),
    ],
)
def test_each_kind_of_event_is_followed_up_where_it_points(app, donation, kind, question):
    bodies = {
        "charge": stripe_says.charge(None),
        "payment_intent": stripe_says.intent(donation),
        "checkout": stripe_says.session(donation),
    }
    deliver(app, kind, bodies[kind.partition(".")[0]])
    assert not received()
    stripe = Stripe(stripe_says.charge(donation))
    assert follow_up(stripe) == [("applied", None)]
    assert stripe.asked == [question]
    assert received()
    assert verifying.faults() == []


def test_a_body_of_another_version_is_not_believed_but_looked_up(app, donation):
    stale = stripe_says.charge(donation, minor=1)
    deliver(app, "charge.succeeded", stale, api_version="2026-08-26.dahlia")
    follow_up(Stripe(stripe_says.charge(donation, minor=2500)))
    assert the_donation().amount_minor == 2500


def test_what_another_event_has_brought_meanwhile_is_not_asked_for_again(app, donation):
    deliver(app, "payment_intent.succeeded", stripe_says.intent(donation))
    deliver(app, "checkout.session.completed", stripe_says.session(donation))
    deliver(app, "charge.succeeded", stripe_says.charge(donation))
    stripe = Stripe(AssertionError("nothing was to be asked"))
    assert follow_up(stripe) == [("applied", None)] * 3
    assert stripe.asked == []


@pytest.mark.parametrize("kind", ["payment_intent.succeeded", "checkout.session.completed"])
def test_a_charge_that_does_not_exist_or_did_not_succeed_moves_nothing(app, donation, kind):
    body = stripe_says.intent if kind.startswith("payment_intent") else stripe_says.session
    for answer in (None, stripe_says.charge(donation, status="failed", paid=False)):
        deliver(app, kind, body(donation))
        assert set(follow_up(Stripe(answer))) == {("applied", None)}
        assert not received()
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (PaymentsUnavailable(), "PaymentsUnavailable: the payment service cannot be reached at the moment"),
        (PaymentsRefused("Stripe refused the call: resource_missing"), "PaymentsRefused: Stripe refused the call: res"),
        (ValueError("lucja@example.org"), "ValueError"),
    ],
)
def test_while_stripe_does_not_answer_the_event_waits_and_says_why(app, donation, failure, words):
    deliver(app, "payment_intent.succeeded", stripe_says.intent(donation))
    ((state, error),) = follow_up(Stripe(failure))
    assert state == "pending"
    assert error.startswith(words)
    assert "lucja" not in error
    with writing() as session:
        session.scalars(select(StripeEvent)).one().next_try_at = None
    assert follow_up(Stripe(stripe_says.charge(donation))) == [("applied", None)]
    assert received()


def test_a_sessions_end_without_a_payment_asks_nothing(app, donation):
    for changes in ({"payment_status": "unpaid"}, {"payment_intent": None}, {"payment_status": "no_payment_required"}):
        deliver(app, "checkout.session.completed", stripe_says.session(donation, **changes))
    assert set(db.session.execute(select(StripeEvent.state)).scalars()) == {"applied"}
    assert not received()


def test_events_that_a_release_did_not_know_are_taken_up_by_one_that_does(app, monkeypatch):
    for kind in ("some.news", "other.news"):
        deliver(app, kind, {"id": "x_1"})
    monkeypatch.setitem(stripe_news._HANDLERS, "some.news", lambda _told: Outcome.APPLIED)
    with writing():
        assert events.take_up_ignored() == 1
    with writing():
        assert events.take_up_ignored() == 0
    follow_up(Stripe(None))
    states = db.session.execute(select(StripeEvent.type, StripeEvent.state).order_by(StripeEvent.id)).all()
    assert states == [("some.news", "applied"), ("other.news", "ignored")]


def test_an_event_is_followed_up_from_its_body_as_it_came(app, donation):
    deliver(app, "payment_intent.succeeded", stripe_says.intent(donation))
    kept = db.session.scalars(select(StripeEvent)).one()
    assert json.loads(kept.body)["data"]["object"]["id"] == "pi_ch_1"
