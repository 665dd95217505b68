"""Cash and cheques in hand never go below zero, whatever takes from them and however many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from app import clock
from app.database import db, writing
from app.ledger import by_hand, in_hand, verifying
from app.ledger.by_hand import Draft
from app.ledger.in_hand import BelowZero
from app.money import Money
from app.offline import cheques, corrections, expected, paying_in
from tests.cast import an_appeal
from tests.offline.hands import a_cheque, a_count, again, held, raised_by, the_bank_shows

pytestmark = pytest.mark.usefixtures("app")
TODAY = clock.today()


def spend(minor, *, day=TODAY, nonce="a" * 24, account="assets:cash:gbp"):
    draft = Draft("expense-paid", account, "expenses:other:gbp", Money(minor, "gbp"), day, "stamps", nonce)
    with writing():
        return by_hand.enter(draft, by="treasurer")


@pytest.mark.both_databases
def test_what_is_not_in_the_cash_box_cannot_leave_it():
    a_count(an_appeal())
    with pytest.raises(BelowZero) as refused:
        spend(500_000)
    assert (refused.value.code, refused.value.missing) == ("assets:cash:gbp", Money(498_700, "gbp"))
    assert held("assets:cash:gbp") == 1300
    spend(1300)
    assert held("assets:cash:gbp") == 0
    assert verifying.faults() == []


def test_an_empty_box_gives_nothing():
    with pytest.raises(BelowZero):
        spend(1)


def test_it_must_have_been_there_on_the_day_on_which_it_is_taken():
    a_count(an_appeal(), day=TODAY - timedelta(days=2))
    with pytest.raises(BelowZero) as refused:
        spend(100, day=TODAY - timedelta(days=3))
    assert refused.value.day == TODAY - timedelta(days=3)
    spend(100, day=TODAY - timedelta(days=2))


def test_what_is_taken_on_an_earlier_day_is_not_there_on_the_later_ones():
    a_count(an_appeal(), day=TODAY - timedelta(days=5))
    spend(1000, day=TODAY - timedelta(days=1))
    with pytest.raises(BelowZero) as refused:
        spend(1000, day=TODAY - timedelta(days=3), nonce="b" * 24)
    assert (refused.value.day, refused.value.missing) == (TODAY - timedelta(days=1), Money(700, "gbp"))


def test_one_transaction_sees_what_it_has_taken_already():
    a_count(an_appeal())

    def take_twice():
        for nonce in ("a", "b"):
            draft = Draft("expense-paid", "assets:cash:gbp", "expenses:other:gbp", Money(700, "gbp"), TODAY, "x", nonce)
            by_hand.enter(draft, by="treasurer")

    with pytest.raises(BelowZero), writing():
        take_twice()
    assert held("assets:cash:gbp") == 1300


@pytest.mark.both_databases
def test_a_sheet_whose_cash_was_spent_is_neither_reversed_nor_paid_in_nor_banked():
    appeal = an_appeal()
    sheet = a_count(appeal)
    with writing():
        paying_in.pay_in([sheet], [], "500123", TODAY)
    spend(100)
    with pytest.raises(BelowZero), writing():
        corrections.undo_count(sheet, reason="wrong", by="treasurer")
    with pytest.raises(BelowZero):
        the_bank_shows(expected.at_the_bank()[0], "bank:1")
    with pytest.raises(BelowZero), writing():
        paying_in.pay_in([sheet], [], "500124", TODAY)
    assert (sheet.paying_in, held("assets:cash:gbp"), raised_by(appeal)) == ("500123", 1200, (1300, 0))


def test_a_slip_is_not_over_more_than_lies_in_hand_with_what_has_gone_with_others():
    appeal = an_appeal()
    first, second = a_count(appeal), a_count(appeal, submission="sheet-2")
    with writing():
        paying_in.pay_in([first], [], "500123", TODAY)
    spend(100)
    with pytest.raises(BelowZero), writing():
        paying_in.pay_in([second], [], "500124", TODAY)


@pytest.mark.both_databases
def test_a_cheque_that_bounces_after_the_bank_credited_it_leaves_the_bank_and_not_the_hand():
    appeal = an_appeal()
    cheque = a_cheque(appeal)
    with writing():
        paying_in.pay_in([], [cheque], "500123", TODAY)
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    with writing():
        cheques.bounce(again(cheque), TODAY, by="treasurer")
    assert (held("assets:bank:gbp"), held("assets:cheques:gbp"), raised_by(appeal)) == (0, 0, (0, 1))
    assert expected.at_the_bank() == []
    assert verifying.faults() == []


@pytest.mark.both_databases
def test_of_two_who_take_the_last_cash_at_once_one_is_refused(app):
    a_count(an_appeal())
    gate = Barrier(2)

    def take(nonce):
        with app.app_context():
            gate.wait(timeout=10)
            try:
                spend(1000, nonce=nonce * 24)
            except BelowZero:
                return "refused"
            finally:
                db.session.remove()
            return "spent"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(take, "cd")) == ["refused", "spent"]
    assert held("assets:cash:gbp") == 300


def test_the_books_know_what_an_account_in_hand_holds():
    assert in_hand.held("assets:cash", "gbp") == 0
    a_count(an_appeal())
    assert in_hand.held("assets:cash", "gbp") == 1300
