"""Money that is no gift, said on the page of its line: a transfer, a bill, other income."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, text

from app import clock
from app.bank.statement import BankLine
from app.database import db, writing
from app.donations.donation import find_gifts
from app.offline import paying_in
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.offline.hands import a_cheque, again, raised_by
from tests.reconciliation.bank.test_confirming import balances, the_statement


@pytest.fixture
def treasurer(signed_in):
    return signed_in("treasurer")


@pytest.fixture
def bank(app):
    return a_bank_account()


def words(answer):
    return " ".join(BeautifulSoup(answer.data, "html5lib").get_text(" ").split())


def address(bank, line, way=""):
    return f"/office/bank/{bank.reference}/lines/{line}{way and '/' + way}"


def test_a_transfer_is_booked_on_the_page_of_either_line(treasurer, bank):
    savings = a_bank_account("Savings")
    (out,), (came,) = the_statement(bank, (-5000, "TO SAVINGS")), the_statement(savings, (5000, "FROM TREASURER"))
    shown = words(treasurer.get(address(bank, out)))
    assert "Transfer to another account of ours" in shown
    assert "Book as a transfer of £50.00" in shown
    treasurer.post(address(bank, out, "transfer"), data={"other": savings.reference})
    assert "In the books already, moved between our own bank accounts" in words(
        treasurer.get(f"/office/bank/{savings.reference}/lines/")
    )
    treasurer.post(address(savings, came, "transfer"), data={"other": bank.reference})
    assert balances() == {"assets:bank:gbp": -5000, "assets:bank:savings:gbp": 5000}
    assert "Transfer between our own accounts" in words(treasurer.get(address(savings, came)))
    refused = treasurer.post(address(bank, out, "transfer"), data={"other": "nothing"})
    assert (refused.status_code, "Select an account" in words(refused)) == (422, True)


def test_a_bill_names_payee_voucher_and_account_and_forgets_the_payee_when_told(treasurer, bank):
    (line,) = the_statement(bank, (-12_000, "T HALE PRINTERS"))
    refused = treasurer.post(address(bank, line, "bill"), data={"payee": "Tom Hale", "new_expense": "Leaflets"})
    assert (refused.status_code, "Enter the voucher number" in words(refused)) == (422, True)
    assert BeautifulSoup(refused.data, "html5lib").select_one("input[name=payee]")["value"] == "Tom Hale"
    both = {"payee": "", "voucher": "1", "expense": "expenses:other:gbp", "new_expense": "Leaflets"}
    assert "not both" in words(treasurer.post(address(bank, line, "bill"), data=both))
    neither = treasurer.post(address(bank, line, "bill"), data={"voucher": "1"})
    assert "Select an account, or name a new one" in words(neither)
    treasurer.post(address(bank, line, "bill"), data={"payee": "Tom Hale", "voucher": "27", "new_expense": "Leaflets"})
    assert balances() == {"assets:bank:gbp": -12_000, "expenses:leaflets:gbp": 12_000}
    shown = words(treasurer.get(address(bank, line)))
    assert all(each in shown for each in ("A bill", "Tom Hale", "Voucher number 27"))
    asked = treasurer.post(address(bank, line, "payee"))
    assert "Erase who was paid by this line?" in words(asked)
    treasurer.post(address(bank, line, "payee"), data={"confirmed": "yes"})
    shown = words(treasurer.get(address(bank, line)))
    assert ("HALE" not in shown.upper(), "Voucher number 27" in shown) == (True, True)
    assert not db.session.scalar(text("SELECT count(*) FROM bank_bills WHERE payee <> ''"))
    assert db.session.scalars(select(BankLine)).one().said == ""


def test_other_income_goes_to_an_account_that_the_treasurer_names(treasurer, bank):
    one, two = the_statement(bank, (4500, "JUMBLE"), (500, "JUMBLE"))
    shown = words(treasurer.get(address(bank, one)))
    assert "Money that is not a gift and counts for no appeal." in shown
    assert "New income account (optional)" not in shown
    refused = treasurer.post(address(bank, one, "income"), data={})
    assert (refused.status_code, "Select an account, or name a new one" in words(refused)) == (422, True)
    treasurer.post(address(bank, one, "income"), data={"new_income": "Jumble sale"})
    treasurer.post(address(bank, two, "income"), data={"income": "income:other:jumble-sale:gbp"})
    assert balances() == {"assets:bank:gbp": 5000, "income:other:jumble-sale:gbp": -5000}
    assert "changed since you opened" in words(
        treasurer.post(address(bank, two, "income"), data={"new_income": "Jumble sale"}, follow_redirects=True)
    )


def test_a_gift_that_was_paid_back_is_chosen_from_those_that_it_can_be(treasurer, bank):
    gift = a_cheque(an_appeal(), 2500)
    line, more = the_statement(bank, (-1000, "TO LUCJA OKON"), (-2000, "BACK"))
    shown = BeautifulSoup(treasurer.get(address(bank, line)).data, "html5lib")
    assert [each["value"] for each in shown.select("select[name=gift] option")] == ["", gift.reference]
    for sent, said in (
        ({}, "Select a gift, or enter its reference"),
        ({"gift": gift.reference, "other_gift": "x"}, "Select a gift or enter a reference, not both"),
        ({"other_gift": "x"}, "There is no gift with this reference"),
    ):
        refused = treasurer.post(address(bank, line, "back"), data=sent)
        assert (refused.status_code, said in words(refused)) == (422, True)
    treasurer.post(address(bank, line, "back"), data={"gift": gift.reference})
    assert "A gift paid back" in words(treasurer.get(address(bank, line)))
    refused = treasurer.post(address(bank, more, "back"), data={"other_gift": gift.reference})
    assert "Only £15.00 of this gift is left to pay back" in words(refused)
    assert "gift paid back by bank" in words(treasurer.get(f"/office/donations/{gift.reference}"))


def test_a_cheque_that_was_paid_back_and_bounces_asks_first_that_it_is_lost_twice(treasurer, bank):
    appeal = an_appeal()
    gift = again(a_cheque(appeal, 2500)).reference
    with writing():
        paying_in.pay_in([], find_gifts([gift]), "S-417", clock.today())
    came, paid, bounced = the_statement(bank, (2500, "SLIP 417"), (-1000, "TO LUCJA OKON"), (-2500, "UNPAID CHEQUE"))
    treasurer.post(address(bank, came, "match"), data={"is": f"cheque|donation:{gift}"})
    treasurer.post(address(bank, paid, "back"), data={"gift": gift})
    sent = {"is": f"bounced|donation:{gift}"}
    asked = treasurer.post(address(bank, bounced, "match"), data=sent)
    assert "£10.00 of the cheque from Łucja Okoń was paid back by bank already." in words(asked)
    assert "the appeal loses this money twice" in words(asked)
    assert raised_by(appeal)[0] == 1500
    by_hand = treasurer.post(f"/office/cheques/{gift}/bounced")
    assert "the appeal loses this money twice" in words(by_hand)
    treasurer.post(address(bank, bounced, "match"), data={**sent, "confirmed": "yes"})
    assert raised_by(appeal)[0] == -1000


def test_a_cheque_of_which_nothing_went_back_bounces_without_a_question(treasurer, bank):
    appeal = an_appeal()
    gift = again(a_cheque(appeal, 2500)).reference
    with writing():
        paying_in.pay_in([], find_gifts([gift]), "S-417", clock.today())
    came, bounced = the_statement(bank, (2500, "SLIP 417"), (-2500, "UNPAID CHEQUE"))
    treasurer.post(address(bank, came, "match"), data={"is": f"cheque|donation:{gift}"})
    treasurer.post(address(bank, bounced, "match"), data={"is": f"bounced|donation:{gift}"})
    assert raised_by(appeal)[0] == 0


def test_what_is_specific_stands_before_something_else(treasurer, bank):
    a_bank_account("Savings")
    an_appeal()
    came, went = the_statement(bank, (2500, "IN"), (-2500, "OUT"))
    headings = [
        [each.get_text(strip=True) for each in BeautifulSoup(treasurer.get(address(bank, line)).data, "html5lib")("h2")]
        for line in (came, went)
    ]
    assert headings == [
        ["Book as a gift", "Transfer from another account of ours", "Other income", "Something else"],
        ["A bill", "A gift paid back", "Transfer to another account of ours", "Something else"],
    ]
