"""Gifts in another currency: booked apart at the charge, and through the exchange accounts when they are settled."""

import pytest
from sqlalchemy import select

from app.database import db, writing
from app.donations import stripe_news
from app.ledger import verifying
from app.ledger.accounts import Account
from app.ledger.balances import Balance
from app.money import Money
from app.payments import objects
from tests import stripe_bodies as says
from tests.cast import a_gift, a_pledge, an_appeal

pytestmark = pytest.mark.both_databases


def balances():
    db.session.rollback()
    rows = db.session.execute(
        select(Account.code, Balance.in_minor - Balance.out_minor).join(Balance, Balance.account_id == Account.id)
    )
    return {code.replace(code.split(":")[2], "#") if ":appeal:" in code else code: held for code, held in rows}


def euros(**changes):
    appeal = an_appeal("europe", currency="eur", target_minor=None)
    donation = a_pledge(appeal, gift=a_gift(amount=Money(3000, "eur")))
    return says.charge(donation.reference, minor=3000, currency="eur", **changes)


def book(body):
    with writing():
        stripe_news.book(stripe_news.StripeNews(charge=objects.read_charge(body)))


@pytest.mark.usefixtures("app")
def test_a_gift_in_euros_settled_in_pounds_sums_to_zero_in_each_currency():
    body = euros()
    book(body)
    assert balances() == {"income:appeal:#:eur": -3000, "assets:stripe-unsettled:eur": 3000}
    settled = says.transaction("txn_1", "charge", "ch_1", 2580, 60, exchange_rate=0.86)
    for _ in range(2):
        book({**body, "balance_transaction": settled})
    assert balances() == {
        "income:appeal:#:eur": -3000,
        "assets:stripe-unsettled:eur": 0,
        "equity:exchange:eur": 3000,
        "equity:exchange:gbp": -2580,
        "assets:stripe:gbp": 2520,
        "expenses:card-fees:gbp": 60,
    }
    assert verifying.faults() == []


@pytest.mark.usefixtures("app")
def test_its_refund_goes_back_the_same_way():
    body = euros(balance_transaction=says.transaction("txn_1", "charge", "ch_1", 2580, 60))
    given = {
        "id": "re_1", "amount": 1000, "currency": "eur", "status": "succeeded", "metadata": {}, "charge": body,
        "balance_transaction": says.transaction("txn_2", "refund", "re_1", -870), "failure_balance_transaction": None,
    }  # fmt: skip
    with writing():
        stripe_news.book(stripe_news.StripeNews(refunds=(objects.read_refund(given),)))
    held = balances()
    assert held["income:appeal:#:eur"] == -2000
    assert held["assets:stripe:gbp"] == 2580 - 60 - 870
    assert held["equity:exchange:eur"] == 2000
    assert held["equity:exchange:gbp"] == -1710
    assert verifying.faults() == []


@pytest.mark.usefixtures("app")
def test_a_gift_in_euros_settled_in_euros_needs_no_exchange():
    body = euros(balance_transaction=says.transaction("txn_1", "charge", "ch_1", 3000, 60, currency="eur"))
    book(body)
    assert balances() == {
        "income:appeal:#:eur": -3000,
        "assets:stripe-unsettled:eur": 0,
        "assets:stripe:eur": 2940,
        "expenses:card-fees:eur": 60,
    }
