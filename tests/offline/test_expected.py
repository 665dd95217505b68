"""What the bank's statement may show next, and what follows once it has."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.donations import by_hand
from app.donations.donation import BANK_TRANSFER, Donation
from app.ledger import verifying
from app.offline import cheques, expected, paying_in, standing_orders
from app.offline.standing_orders import Promise
from app.subject import Subject
from tests.cast import an_appeal
from tests.offline.hands import (
    a_branch,
    a_cheque,
    a_count,
    a_gift_by,
    again,
    expectations,
    held,
    pounds,
    raised_by,
    state_of,
    the_bank_shows,
)

pytestmark = pytest.mark.usefixtures("app")


def pay_in(sheets=(), gifts=(), slip="500123", day=None):
    with writing():
        paying_in.pay_in(sheets, gifts, slip, day or clock.today())


def an_order(appeal, amount="10.00", *, since=None, branch_id=None):
    day = since or clock.today()
    with writing():
        promise = Promise(pounds(amount), day.day, day, "Łucja Okoń", "OKON FUND")
        return standing_orders.expect(appeal, promise, branch_id=branch_id)


@pytest.mark.both_databases
def test_cash_and_cheques_are_expected_once_they_are_paid_in_and_share_their_slip():
    appeal = an_appeal()
    sheet, cheque = a_count(appeal), a_cheque(appeal)
    assert expectations() == []
    pay_in([sheet], [cheque])
    assert expectations() == [
        (f"count:{sheet.reference}", "cash", 1300, "assets:cash:gbp"),
        (f"donation:{cheque.reference}", "cheque", 2500, "assets:cheques:gbp"),
    ]
    assert {each.reference for each in expected.at_the_bank()} == {"500123"}
    for number, each in enumerate(expected.at_the_bank()):
        the_bank_shows(each, f"bank:{number}")
    assert (held("assets:cash:gbp"), held("assets:cheques:gbp"), held("assets:bank:gbp")) == (0, 0, 3800)
    assert (sheet.state, state_of(cheque)) == ("banked", "banked")
    assert raised_by(appeal) == (3800, 1)
    assert verifying.faults() == []


def test_the_same_line_again_changes_nothing():
    appeal = an_appeal()
    cheque = a_cheque(appeal)
    pay_in(gifts=[cheque])
    wanted = expected.at_the_bank()[0]
    the_bank_shows(wanted, "bank:1")
    the_bank_shows(wanted, "bank:1")
    assert state_of(cheque) == "banked"
    assert held("assets:bank:gbp") == 2500


@pytest.mark.both_databases
def test_an_announced_transfer_is_expected_and_becomes_a_gift_on_the_day_on_which_the_bank_shows_it():
    appeal = an_appeal()
    gift = a_gift_by(BANK_TRANSFER, appeal, what="OKON GIFT", email="lucja@example.org")
    assert (state_of(gift), raised_by(appeal)) == ("announced", (0, 0))
    [wanted] = expected.at_the_bank()
    assert wanted.account_code == f"income:appeal:{appeal.reference}:gbp"
    assert (wanted.payer, wanted.reference) == ("Łucja Okoń", "OKON GIFT")
    day = clock.today() - timedelta(days=2)
    the_bank_shows(wanted, "bank:1", day)
    the_bank_shows(wanted, "bank:1", day)
    assert (held("assets:bank:gbp"), raised_by(appeal)) == (2500, (2500, 1))
    assert expectations() == []
    assert (state_of(gift), clock.local_day(again(gift).received_at)) == ("banked", day)
    assert verifying.faults() == []


@pytest.mark.both_databases
def test_a_standing_order_that_is_due_becomes_a_gift_when_it_arrives_and_the_next_is_expected():
    appeal, branch = an_appeal(), a_branch()
    order = an_order(appeal, branch_id=branch.id)
    [wanted] = expected.at_the_bank()
    assert wanted.account_code == f"income:appeal:{appeal.reference}:{branch.reference}:gbp"
    assert raised_by(appeal) == (0, 0)
    the_bank_shows(wanted, "bank:1")
    the_bank_shows(wanted, "bank:1")
    assert expectations() == []
    donation = db.session.scalars(select(Donation)).one()
    assert (donation.method, donation.branch_id, donation.name) == ("standing-order", branch.id, "Łucja Okoń")
    assert by_hand.of(donation).standing_order_id == order.id
    assert raised_by(appeal) == (1000, 1)
    assert held("assets:bank:gbp") == 1000
    assert order.next_due_on > clock.today()
    assert verifying.faults() == []


def test_an_ended_standing_order_is_not_expected():
    appeal = an_appeal()
    order = an_order(appeal)
    with writing():
        standing_orders.end(order)
    assert expectations() == []
    assert order.state == "ended"


def test_a_missed_payment_can_be_passed_over():
    order = an_order(an_appeal(), since=clock.today() - timedelta(days=65))
    assert order.state == "missed"
    first = order.next_due_on
    with writing():
        standing_orders.pass_over(order)
    assert order.next_due_on > first


@pytest.mark.both_databases
def test_a_banked_cheque_that_the_statement_takes_back_is_bounced():
    appeal = an_appeal()
    cheque = a_cheque(appeal, email="lucja@example.org")
    pay_in(gifts=[cheque])
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    [back] = expected.at_the_bank()
    assert (back.what, back.amount.minor) == ("bounced", -2500)
    the_bank_shows(back, "bank:2")
    assert state_of(cheque) == "bounced"
    assert raised_by(appeal) == (0, 1)
    assert (held("assets:bank:gbp"), held("assets:cheques:gbp")) == (0, 0)
    assert expectations() == []
    assert verifying.faults() == []


def test_a_cheque_that_is_known_to_bounce_before_the_statement_shows_it_comes_out_the_same():
    appeal = an_appeal()
    cheque = a_cheque(appeal)
    pay_in(gifts=[cheque])
    with writing():
        cheques.bounce(again(cheque), clock.today(), by="treasurer")
    assert raised_by(appeal) == (0, 1)
    assert held("assets:cheques:gbp") == 0
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    [back] = expected.at_the_bank()
    assert (back.amount.minor, back.account_code) == (-2500, f"income:appeal:{appeal.reference}:gbp")
    the_bank_shows(back, "bank:2")
    assert (held("assets:bank:gbp"), held("assets:cheques:gbp")) == (0, 0)
    assert expectations() == []


def test_a_cheque_that_was_credited_long_ago_is_not_expected_back():
    cheque = a_cheque(an_appeal())
    pay_in(gifts=[cheque])
    the_bank_shows(expected.at_the_bank()[0], "bank:1", clock.today() - timedelta(days=31))
    assert expectations() == []


def test_nothing_unknown_can_arrive():
    with pytest.raises(LookupError), writing():
        expected.arrived(Subject.parse("pigeon:1"), "bank:1", clock.today())
