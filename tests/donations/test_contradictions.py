"""Contradictions: what Stripe tells again and otherwise is noted, listed and mailed, and never applied."""

import pytest
from sqlalchemy import select

from app.database import db, writing
from app.emails.email import DueEmail
from app.ledger import verifying
from app.payments.contradiction import Contradiction
from app.payments.inbox import StripeEvent
from app.reconciliation import alarms
from app.reconciliation.exceptions import finding
from tests import books_kept
from tests import stripe_bodies as says
from tests.cast import a_pledge, an_appeal
from tests.stripe_account import Account

pytestmark = pytest.mark.both_databases


@pytest.fixture
def charge(app):
    """A charge of £25 that its gift has been settled with."""
    told = says.charge(a_pledge(an_appeal()).reference)
    books_kept.deliver(app, says.event("charge.succeeded", told, id="evt_paid"))
    return told


def listed():
    return [(each.reference, each.what.partition(": ")[2]) for each in finding.find() if each.kind == "contradiction"]


def heard():
    with writing():
        alarms.watch()
    return db.session.scalars(select(DueEmail.subject)).all()


def received():
    return books_kept.balance("assets:stripe:gbp")


def test_the_same_event_with_another_body_is_an_alarm_and_changes_nothing(app, charge):
    other = {**charge, "amount": 9900, "amount_captured": 9900}
    for _ in range(2):
        books_kept.deliver(app, says.event("charge.succeeded", other, id="evt_paid"))
    assert received() == 2500
    assert listed() == [("evt_paid", "other than before: data.object.amount, data.object.amount_captured")]
    assert heard() == ["alarm:contradiction"]
    assert len(db.session.scalars(select(StripeEvent)).all()) == 1
    assert verifying.faults() == []


@pytest.mark.parametrize(
    "changes",
    [{}, {"pending_webhooks": 2}, {"request": {"id": "req_2"}}, {"api_version": "2026-09-30.endive"}],
)
def test_a_delivery_that_is_made_again_is_no_contradiction(app, charge, changes):
    again = charge if "api_version" not in changes else {**charge, "in_other_words": True}
    books_kept.deliver(app, says.event("charge.succeeded", again, id="evt_paid", **changes))
    assert (listed(), heard(), received()) == ([], [], 2500)


@pytest.mark.parametrize("of_a_gift", [True, False])
def test_a_known_charge_with_another_amount_is_an_alarm_and_changes_nothing(app, charge, of_a_gift):
    if not of_a_gift:
        charge = says.charge(None, charge_id="ch_stranger")
        stripe = Account()
        stripe.charges[charge["id"]] = charge
        books_kept.deliver(app, says.event("charge.succeeded", charge))
        books_kept.deliver_all(app, stripe)
    before = received()
    other = {**charge, "amount": 9900, "amount_captured": 9900}
    stripe = Account()
    stripe.charges[charge["id"]] = other
    for kind in ("charge.succeeded", "charge.updated"):
        books_kept.deliver(app, says.event(kind, other))
    books_kept.deliver_all(app, stripe)
    assert received() == before
    assert listed() == [(charge["id"], "£99.00, but the books have £25.00")]
    assert heard() == ["alarm:contradiction"]
    assert db.session.scalars(select(StripeEvent.state).distinct()).all() == ["applied"]
    assert verifying.faults() == []


@pytest.mark.usefixtures("app")
def test_a_fee_of_a_charge_that_contradicts_itself_is_not_booked(app, charge):
    stripe = Account()
    settled = says.transaction("txn_1", "charge", charge["id"], 9900, 50)
    stripe.charges[charge["id"]] = {**charge, "amount": 9900, "amount_captured": 9900, "balance_transaction": settled}
    books_kept.deliver(app, says.event("charge.updated", charge))
    books_kept.deliver_all(app, stripe)
    assert (received(), books_kept.balance("expenses:card-fees:gbp")) == (2500, 0)
    assert [each.name for each in db.session.scalars(select(Contradiction))] == [charge["id"]]
