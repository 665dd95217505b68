"""What comes later: the fee with `charge.updated`, and the end of a session that nobody paid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice import store
from practice.happening.paying import fee
from practice.happening.settling import settle_what_is_due
from practice.store import Store

from .conftest import a_session, eventually, pay


@pytest.mark.parametrize(("amount", "cost"), [(2500, 50), (1000, 32), (3333, 60), (125, 22), (30, 20), (4167, 70)])
def test_the_fee_is_the_charity_price_rounded_half_up(amount, cost):
    assert fee(amount) == cost


@given(st.integers(min_value=30, max_value=99_999_999))
def test_the_fee_is_within_half_a_penny_of_the_price(amount):
    assert abs(1000 * (fee(amount) - 20) - 12 * amount) <= 500


def test_the_fee_is_absent_at_first_and_comes_with_charge_updated(api, hook):
    session = api.v1.checkout.sessions.create(params=a_session())
    pay(session.url)
    updated = eventually(lambda: next((e for e in hook.events() if e.type == "charge.updated"), None))
    for earlier in hook.events():
        if earlier.type == "charge.succeeded":
            assert earlier.data.object.balance_transaction is None
    assert updated.data.previous_attributes["balance_transaction"] is None
    transaction = api.v1.balance_transactions.retrieve(updated.data.object.balance_transaction)
    assert (transaction.amount, transaction.fee, transaction.net) == (2500, 50, 2450)
    assert transaction.source == updated.data.object.id
    assert (transaction.type, transaction.fee_details[0].amount) == ("charge", 50)
    charge = api.v1.charges.retrieve(updated.data.object.id, params={"expand": ["balance_transaction"]})
    assert charge.balance_transaction.fee == 50
    whole = ["payment_intent.latest_charge.balance_transaction"]
    paid = api.v1.checkout.sessions.retrieve(session.id, params={"expand": whole})
    assert paid.payment_intent.latest_charge.balance_transaction.fee == 50
    listed = api.v1.balance_transactions.list(params={"source": charge.id, "expand": ["data.source"]}).data
    assert [(row.id, row.source.id) for row in listed] == [(transaction.id, charge.id)]


def test_a_session_that_nobody_pays_expires_by_itself(api, hook, practice_settings):
    session = api.v1.checkout.sessions.create(params=a_session())
    objects = Store(practice_settings.data_dir / "practice-stripe.sqlite3")
    with objects.open() as db:
        stored = store.find(db, "checkout.session", session.id)
        store.keep(db, {**stored.body, "expires_at": 1}, stored.private, due_at=1.0)
    told = eventually(lambda: next((e for e in hook.events() if e.type == "checkout.session.expired"), None))
    assert told.data.object.id == session.id
    assert api.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_settling_twice_tells_once(api, hook, practice_settings):
    session = api.v1.checkout.sessions.create(params=a_session())
    pay(session.url)
    eventually(lambda: "charge.updated" in hook.types())
    objects = Store(practice_settings.data_dir / "practice-stripe.sqlite3")
    with objects.open() as db:
        settle_what_is_due(db)
    assert len(api.v1.events.list(params={"type": "charge.updated"}).data) == 1
    assert len(api.v1.balance_transactions.list().data) == 1
