"""Gifts that did not come by card are received and booked as they are entered."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from app import clock
from app.database import db, writing
from app.donations import by_hand, refunds
from app.donations.donation import CASH, CHEQUE, IN_KIND, Donation
from app.ledger import verifying
from app.ledger.entries import Entry
from app.offline import gifts
from app.receipts.receipt import Receipt
from tests.cast import an_appeal
from tests.offline.hands import a_branch, a_gift_by, held, raised_by

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("method", "account", "state"),
    [
        (CHEQUE, "assets:cheques:gbp", "waiting"),
        (CASH, "assets:cash:gbp", "waiting"),
        (IN_KIND, "expenses:in-kind:gbp", "received"),
    ],
)
def test_it_is_a_received_donation_and_one_gift_on_the_account_of_its_method(method, account, state):
    appeal = an_appeal()
    donation = a_gift_by(method, appeal)
    assert (donation.state, donation.method, donation.charge_id) == ("received", method, None)
    assert by_hand.of(donation).state(donation) == state
    assert held(account) == 2500
    assert raised_by(appeal) == (2500, 1)
    assert refunds.net_amount(donation).minor == 2500
    entry = db.session.scalars(select(Entry)).one()
    assert (entry.kind, entry.subject) == ("named-cash" if method == CASH else method, f"donation:{donation.reference}")
    assert verifying.faults() == []


def test_the_same_form_sent_twice_is_one_gift():
    appeal = an_appeal()
    assert a_gift_by(CHEQUE, appeal).id == a_gift_by(CHEQUE, appeal).id
    assert raised_by(appeal) == (2500, 1)


def test_a_receipt_is_mailed_where_there_is_an_address_and_on_paper_where_there_is_a_name():
    appeal = an_appeal()
    a_gift_by(CHEQUE, appeal, submission="nobody", name="")
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 0
    mailed = a_gift_by(CHEQUE, appeal, submission="a", email="lucja@example.org")
    printed = a_gift_by(CHEQUE, appeal, submission="b")
    receipts = db.session.execute(select(Receipt.donation_id, Receipt.on_paper).order_by(Receipt.id)).all()
    assert receipts == [(mailed.id, False), (printed.id, True)]


def test_a_branch_receives_on_its_own_account():
    appeal, branch = an_appeal(), a_branch()
    donation = a_gift_by(CHEQUE, appeal, branch_id=branch.id)
    assert donation.branch_id == branch.id
    assert held(f"income:appeal:{appeal.reference}:{branch.reference}:gbp") == -2500


def test_a_gift_of_nothing_and_one_of_tomorrow_are_refused():
    appeal = an_appeal()
    with pytest.raises(gifts.NoAmount):
        a_gift_by(CHEQUE, appeal, 0)
    with pytest.raises(by_hand.NotYet):
        a_gift_by(CHEQUE, appeal, given_on=clock.today() + timedelta(days=1))
    assert db.session.scalar(select(func.count()).select_from(Donation)) == 0


@pytest.mark.both_databases
def test_the_database_keeps_its_amount_and_lets_its_name_be_mended():
    a_gift_by(CHEQUE, an_appeal())
    with pytest.raises(DBAPIError, match="reversed, never changed"), writing():
        db.session.scalars(select(Donation)).one().amount_minor = 1
    with writing():
        db.session.scalars(select(Donation)).one().name = "Łucja Okoń-Reyes"
    assert db.session.scalars(select(Donation.name)).one() == "Łucja Okoń-Reyes"


@pytest.mark.both_databases
@pytest.mark.parametrize("change", [{"method": "card"}, {"charge_id": "ch_1"}, {"method": "pigeon"}])
def test_the_database_knows_that_a_card_has_a_charge_and_nothing_else_does(change):
    donation = a_gift_by(CHEQUE, an_appeal())
    values = {
        "reference": "r", "appeal_id": donation.appeal_id, "method": CHEQUE, "amount_minor": 1, "currency": "gbp",
        "state": "received", "pledged_at": clock.now(), "received_at": clock.now(), "submission": "s",
        "checkout_key": "k", **change,
    }  # fmt: skip
    with pytest.raises(DBAPIError), writing():
        db.session.add(Donation(**values))
