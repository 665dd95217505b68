"""Counted and banked differ: the line is booked, the appeal keeps what was counted, the difference is an expense."""

import pytest
from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.donations.count_sheet import CountSheet
from app.ledger import verifying
from app.offline import paying_in
from app.reconciliation.bank import balance, cash_difference, confirming
from app.reconciliation.bank.cash_difference import NotTwoPeople
from app.reconciliation.bank.confirming import DoesNotFit, NotExpected
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.offline.hands import a_cheque, a_count, held, raised_by
from tests.reconciliation.bank.test_confirming import the_statement

TODAY = clock.today()
both = pytest.mark.both_databases


@pytest.fixture
def bank(app):
    return a_bank_account()


def pay_in(sheets, cheques=()):
    with writing():
        paying_in.pay_in(sheets, cheques, "500123", TODAY)


def confirm(line, *keys, reason="a worn note", names=("Ida Brandt", "Tomos Rees")):
    with writing():
        return cash_difference.confirm(line, keys, reason=reason, names=names, by="ada")


def banked_on():
    db.session.rollback()
    return db.session.scalars(select(CountSheet)).one().banked_on


@both
@pytest.mark.parametrize("banked", [1250, 1310], ids=["less", "more"])
def test_the_difference_is_an_expense_and_what_was_counted_stays(bank, banked):
    appeal = an_appeal()
    sheet = a_count(appeal).reference
    pay_in([db.session.scalars(select(CountSheet)).one()])
    (line,) = the_statement(bank, (banked, "CASH 500123"), closing=banked)
    assert confirm(line, f"cash|count:{sheet}").minor == banked - 1300
    assert (held("assets:cash:gbp"), held("assets:bank:gbp")) == (0, banked)
    assert held("expenses:cash-differences:gbp") == 1300 - banked
    assert raised_by(appeal) == (1300, 0)
    assert banked_on() == TODAY
    assert balance.of(bank).difference.minor == 0
    assert verifying.faults() == []
    with writing():
        confirming.undo(line, "ada")
    assert (held("assets:cash:gbp"), held("assets:bank:gbp"), held("expenses:cash-differences:gbp")) == (1300, 0, 0)
    assert banked_on() is None


def test_a_slip_of_cash_and_cheques_has_a_difference_of_the_cash(bank):
    appeal = an_appeal()
    sheet, cheque = a_count(appeal), a_cheque(appeal, 2500)
    keys = f"cash|count:{sheet.reference}", f"cheque|donation:{cheque.reference}"
    pay_in([sheet], [cheque])
    (line,) = the_statement(bank, (3700, "500123"))
    with pytest.raises(DoesNotFit):
        confirm(line, keys[1])
    confirm(line, *keys)
    assert (held("assets:cheques:gbp"), held("assets:bank:gbp"), held("expenses:cash-differences:gbp")) == (
        0,
        3700,
        100,
    )


def test_it_takes_a_reason_and_two_people(bank):
    sheet = a_count(an_appeal())
    key = f"cash|count:{sheet.reference}"
    pay_in([sheet])
    (line,) = the_statement(bank, (1250, "500123"))
    for said in ({"reason": ""}, {"names": ("Ida Brandt", "")}, {"names": ("Ida Brandt", " ida  brandt")}):
        with pytest.raises(NotTwoPeople):
            confirm(line, key, **said)
    assert held("assets:bank:gbp") == 0


def test_the_same_sum_is_no_difference(bank):
    sheet = a_count(an_appeal())
    key = f"cash|count:{sheet.reference}"
    pay_in([sheet])
    (line,) = the_statement(bank, (1300, "500123"))
    with pytest.raises(DoesNotFit):
        confirm(line, key)


def test_what_was_not_paid_in_is_not_expected(bank):
    sheet = a_count(an_appeal())
    key = f"cash|count:{sheet.reference}"
    (line,) = the_statement(bank, (1250, "500123"))
    with pytest.raises(NotExpected):
        confirm(line, key)
