"""News: whatever the order and however often it comes, a gift is booked once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.appeals import raised
from app.appeals.appeal import Appeal
from app.database import db
from app.donations.donation import Donation
from app.ledger import verifying
from app.ledger.entries import Entry
from app.money import Money
from app.payments.inbox import StripeEvent
from app.payments.objects import read_charge
from app.receipts.receipt import Receipt
from app.worker import duties, events
from tests import stripe_bodies as stripe_says
from tests.cast import a_pledge, an_appeal
from tests.conftest import SECRET

pytestmark = pytest.mark.both_databases


class StripeAsItIs:
    """Answers the worker's questions with the charge as it is, and refuses to be asked inside a transaction."""

    def __init__(self, body):
        self.body = body

    def charge(self, _charge_id):
        assert not db.session().in_transaction()
        return read_charge(self.body)

    def charge_of(self, intent_id):
        return self.charge(intent_id)


def deliver(app, event, **changes):
    raw, headers = stripe_says.signed({**event, **changes}, SECRET)
    return app.test_client().post("/webhooks/stripe", data=raw, headers=headers)


def books():
    """What the books say, but for when it was recorded."""
    db.session.rollback()
    return (
        db.session.execute(select(Entry.source, Entry.kind, Entry.subject, Entry.occurred_at)).all(),
        db.session.execute(select(Donation.state, Donation.charge_id, Donation.received_at)).all(),
        db.session.scalar(select(func.count()).select_from(Receipt)),
        verifying.faults(),
    )


def test_a_charge_of_a_known_donation_is_booked_from_its_own_body(app):
    appeal = an_appeal()
    donation = a_pledge(appeal)
    answer = deliver(app, stripe_says.event("charge.succeeded", stripe_says.charge(donation.reference)))
    assert answer.status_code == 200
    db.session.rollback()
    assert db.session.get(Donation, donation.id, populate_existing=True).state == "received"
    total = raised.by(appeal)
    assert (total.amount, total.gifts) == (Money(2500, "gbp"), 1)
    assert db.session.scalars(select(StripeEvent.state)).all() == ["applied"]
    assert db.session.scalars(select(Receipt.donation_id)).all() == [donation.id]


def test_the_same_event_delivered_32_times_at_once_is_one_gift(app):
    donation = a_pledge(an_appeal())
    event = stripe_says.event("charge.succeeded", stripe_says.charge(donation.reference))
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: deliver(app, event).status_code, range(32)))
    assert answers == [200] * 32
    entries, donations, receipts, faults = books()
    assert [entry.source for entry in entries] == ["stripe:ch_1:received"]
    assert [each.state for each in donations] == ["received"]
    assert (receipts, faults) == (1, [])
    assert db.session.scalar(select(func.count()).select_from(StripeEvent)) == 1


def test_thirty_two_different_events_of_one_charge_at_once_are_one_gift(app):
    donation = a_pledge(an_appeal())
    body = stripe_says.charge(donation.reference)
    several = [stripe_says.event("charge.succeeded", body) for _ in range(32)]
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda event: deliver(app, event).status_code, several))
    assert answers == [200] * 32
    assert len(books()[0]) == 1
    assert books()[2:] == (1, [])


def a_life(reference):
    """Every event that a gift paid at the second try sends, older and newer API versions among them."""
    body = stripe_says.charge(reference)
    return [
        stripe_says.event(
            "payment_intent.payment_failed", stripe_says.intent(reference, status="requires_payment_method")
        ),
        stripe_says.event(
            "charge.failed", stripe_says.charge(reference, charge_id="ch_0", status="failed", paid=False)
        ),
        stripe_says.event("charge.succeeded", body),
        stripe_says.event("charge.succeeded", body, api_version="2026-08-26.dahlia"),
        stripe_says.event("payment_intent.succeeded", stripe_says.intent(reference)),
        stripe_says.event("checkout.session.completed", stripe_says.session(reference)),
        stripe_says.event("checkout.session.expired", stripe_says.session(reference, status="expired")),
        stripe_says.event("charge.updated", body),
    ]


@given(data=st.data())
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_any_order_and_any_repetition_end_in_the_same_books(app, data):
    number = db.session.scalar(select(func.count()).select_from(Donation))
    appeal = an_appeal(f"fund-{number}")
    donation = a_pledge(appeal, f"nonce-{number}")
    reference, charge_id = donation.reference, f"ch_{number}"
    life = a_life(reference)
    for told in life:
        told["id"] += f"_{number}"
        told["data"]["object"] = {
            key: value.replace("ch_1", charge_id) if isinstance(value, str) else value
            for key, value in told["data"]["object"].items()
        }
    order = data.draw(st.lists(st.sampled_from(range(len(life))), min_size=4, max_size=16))
    work = data.draw(st.lists(st.booleans(), min_size=len(order), max_size=len(order)))
    duty = events.duty(StripeAsItIs(stripe_says.charge(reference, charge_id=charge_id)))
    for position, works in zip(order, work, strict=True):
        assert deliver(app, life[position]).status_code == 200
        if works:
            duties.do_all_due([duty])
    paid = [life[position]["type"] for position in order if position in (2, 3, 4, 5, 7)]
    duties.do_all_due([duty])
    db.session.rollback()
    settled = db.session.scalars(select(Donation).where(Donation.reference == reference)).one()
    entries = db.session.scalars(select(Entry.source).where(Entry.subject == f"donation:{reference}")).all()
    if paid:
        assert (settled.state, settled.charge_id) == ("received", charge_id)
        assert entries == [f"stripe:{charge_id}:received"]
        assert raised.by(db.session.get(Appeal, settled.appeal_id)).amount == Money(2500, "gbp")
    else:
        assert settled.state in ("pledged", "abandoned")
        assert entries == []
    assert verifying.faults() == []
    assert not db.session.scalars(select(StripeEvent.id).where(StripeEvent.state == "pending")).all()


def test_a_charge_that_no_donation_claims_is_posted_apart_and_listed(app):
    from app.reconciliation.exceptions import finding

    stranger = stripe_says.charge("no-such-donation", charge_id="ch_x", minor=700)
    deliver(app, stripe_says.event("charge.succeeded", stranger))
    deliver(app, stripe_says.event("charge.succeeded", stripe_says.charge(None, charge_id="ch_y", minor=900)))
    duties.do_all_due([events.duty(StripeAsItIs(stripe_says.charge(None, charge_id="ch_y", minor=900)))])
    found = finding.find()
    assert [(each.kind, each.reference) for each in found] == [
        ("unclaimed charge", "ch_x"),
        ("unclaimed charge", "ch_y"),
    ]
    assert "£7.00" in found[0].what
    assert verifying.faults() == []


def test_a_second_charge_for_the_same_donation_is_kept_apart(app):
    appeal = an_appeal()
    donation = a_pledge(appeal)
    for charge_id in ("ch_1", "ch_2"):
        body = stripe_says.charge(donation.reference, charge_id=charge_id)
        deliver(app, stripe_says.event("charge.succeeded", body))
    assert raised.by(appeal).gifts == 1
    assert [entry.kind for entry in books()[0]] == ["gift", "unclaimed-charge"]


def test_an_abandoned_pledge_that_is_paid_after_all_is_received(app):
    donation = a_pledge(an_appeal())
    deliver(app, stripe_says.event("checkout.session.expired", stripe_says.session(donation.reference)))
    db.session.rollback()
    assert db.session.get(Donation, donation.id).state == "abandoned"
    deliver(app, stripe_says.event("charge.succeeded", stripe_says.charge(donation.reference)))
    db.session.rollback()
    assert db.session.get(Donation, donation.id, populate_existing=True).state == "received"


def test_an_unknown_type_is_ignored_but_taken_up_by_a_release_that_knows_it(app, monkeypatch):
    from app.database import writing
    from app.donations import stripe_news
    from app.payments.inbox import Outcome

    deliver(app, stripe_says.event("product.created", {"id": "prod_1", "object": "product"}))
    db.session.rollback()
    assert db.session.scalars(select(StripeEvent.state)).all() == ["ignored"]
    monkeypatch.setitem(stripe_news._HANDLERS, "product.created", lambda _told: Outcome.APPLIED)
    with writing():
        assert events.take_up_ignored() == 1
    duties.do_all_due([events.duty(StripeAsItIs({}))])
    db.session.rollback()
    assert db.session.scalars(select(StripeEvent.state)).all() == ["applied"]
