"""Orders: whatever the order in which Stripe tells a gift's life, and however often, the books are the same."""

import os

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from app.appeals import raised
from app.appeals.appeal import Appeal
from app.donations.donation import Donation
from app.extensions import db
from app.ledger import verifying
from app.ledger.accounts import Account
from app.ledger.balances import Balance
from app.ledger.entries import Entry, Transfer
from app.money import Money
from app.payments.event import StripeEvent
from app.payments.transaction import StripeMovement, StripeTransaction
from app.worker import events, loop
from tests import stripe_bodies as says
from tests.cast import a_pledge, an_appeal
from tests.conftest import SECRET
from tests.stripe_world import Life

pytestmark = pytest.mark.both_databases

HOW_MANY = 16

# A few dozen each run; SCHEDULES=2000 looks for longer.
SCHEDULES = int(os.environ.get("SCHEDULES", "20"))


def deliver(app, event):
    raw, headers = says.signed(event, SECRET)
    assert app.test_client().post("/webhooks/stripe", data=raw, headers=headers).status_code == 200


def a_life(mark):
    donation = a_pledge(an_appeal(f"fund-{mark}"), f"nonce-{mark}")
    reference, appeal_id = donation.reference, donation.appeal_id
    return Life(reference, mark), appeal_id


def books_of(life, appeal_id):
    """Everything the books say of one life, but for when it was recorded and the names that differ by chance."""
    db.session.rollback()
    subjects = (f"donation:{life.charged['metadata']['donation']}", f"payout:po_{life.mark}")
    rows = db.session.execute(
        select(Entry.source, Entry.kind, Entry.memo, Entry.occurred_at, Entry.booked_on, Transfer.line,
               Transfer.amount_minor, Transfer.currency, Account.code)
        .join(Transfer, Transfer.entry_id == Entry.id)
        .join(Account, Account.id == Transfer.to_account_id)
        .where(Entry.subject.in_(subjects))
        .order_by(Entry.source, Transfer.line)
    )  # fmt: skip
    told = [
        tuple(str(value).replace(life.mark, "#") if isinstance(value, str) else value for value in row) for row in rows
    ]
    said = [(*row[:-1], "appeal" if row[-1].startswith("income:") else row[-1]) for row in told]
    total = raised.by(db.session.get(Appeal, appeal_id))
    return said, (total.amount, total.gifts)


def proven(life):
    """Whether each of Stripe's transactions is explained by its entries to the penny."""
    rows = db.session.execute(
        text(
            "SELECT x.txn_id, x.net_minor, sum(CASE WHEN a.id = t.to_account_id THEN t.amount_minor "
            "WHEN a.id = t.from_account_id THEN -t.amount_minor ELSE 0 END) AS moved "
            "FROM stripe_transactions x JOIN stripe_movements m ON m.txn_id = x.txn_id "
            "JOIN transfers t ON t.entry_id = m.entry_id JOIN accounts a ON a.code = 'assets:stripe:gbp' "
            "WHERE x.txn_id LIKE :like GROUP BY x.txn_id, x.net_minor"
        ),
        {"like": f"txn_{life.mark}%"},
    ).all()
    return len(rows), all(row.net_minor == row.moved for row in rows)


def test_the_life_in_its_own_order_is_booked_to_the_penny(app):
    life, appeal_id = a_life("z0z")
    for event in life.news():
        deliver(app, event)
        loop.do_all_due([events.duty(life)])
    said, total = books_of(life, appeal_id)
    # 25.00 received, 5.00 given back for good, 13.00 of the disputed 20.00 lost.
    assert total == (Money(700, "gbp"), 1)
    assert [(row[0], row[6], row[8]) for row in said] == [
        ("stripe:ch_#:received", 2500, "assets:stripe:gbp"),
        ("stripe:dp_#:lost", 1300, "appeal"),
        ("stripe:txn_#c:fee", 50, "expenses:card-fees:gbp"),
        ("stripe:txn_#d1:dispute-withdrawn", 2000, "assets:disputed:gbp"),
        ("stripe:txn_#d1:fee", 2000, "expenses:dispute-fees:gbp"),
        ("stripe:txn_#d2:dispute-reinstated", 700, "assets:stripe:gbp"),
        ("stripe:txn_#f2:refund-returned", 300, "assets:stripe:gbp"),
        ("stripe:txn_#p1:payout", 2450, "assets:in-transit:gbp"),
        ("stripe:txn_#p2:payout-returned", 2450, "assets:stripe:gbp"),
        ("stripe:txn_#r1:refund", 500, "appeal"),
        ("stripe:txn_#r2:refund", 300, "appeal"),
    ]
    assert proven(life) == (8, True)
    disputed = select(Balance.in_minor - Balance.out_minor).join(Account).where(Account.code == "assets:disputed:gbp")
    assert db.session.scalar(disputed) == 0
    assert verifying.faults() == []


@given(data=st.data())
@hypothesis_settings(
    max_examples=SCHEDULES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_order_and_any_repetition_of_a_life_end_in_the_same_books(app, data):
    db.session.rollback()
    number = db.session.scalar(select(func.count()).select_from(Donation))
    if number == 0:
        canonical, appeal_id = a_life("k0")
        for event in canonical.news():
            deliver(app, event)
        loop.do_all_due([events.duty(canonical)])
        app.extensions["canonical books"] = books_of(canonical, appeal_id)
        number = 1
    life, appeal_id = a_life(f"k{number}x")
    news = life.news()
    order = data.draw(st.permutations(range(HOW_MANY)), label="order")
    repeats = data.draw(st.lists(st.integers(1, 4), min_size=HOW_MANY, max_size=HOW_MANY), label="deliveries")
    pauses = data.draw(st.lists(st.booleans(), min_size=HOW_MANY, max_size=HOW_MANY), label="worker between")
    duty = events.duty(life)
    for position in order:
        for _ in range(repeats[position]):
            deliver(app, news[position])
        if pauses[position]:
            loop.do_all_due([duty])
    loop.do_all_due([duty])
    assert books_of(life, appeal_id) == app.extensions["canonical books"]
    assert proven(life) == (8, True)
    assert verifying.faults() == []
    assert db.session.scalars(select(StripeEvent.event_id).where(StripeEvent.state != "applied")).all() == []


def test_any_one_event_alone_that_brings_the_charge_is_enough_for_the_gift(app):
    for number in range(HOW_MANY):
        life, appeal_id = a_life(f"one{number}x")
        event = life.news()[number]
        deliver(app, event)
        loop.do_all_due([events.duty(life)])
        if not event["type"].startswith("payout"):
            sources = {row[0] for row in books_of(life, appeal_id)[0]}
            assert "stripe:ch_#:received" in sources, event["type"]
    assert verifying.faults() == []
    assert db.session.scalar(select(func.count()).select_from(StripeTransaction)) > 0
    assert db.session.scalar(select(func.count()).select_from(StripeMovement)) > 0
