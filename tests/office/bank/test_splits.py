"""The page on which a line of the bank is split into parts: rows, what is left over, and undoing them together."""

import pytest
from bs4 import BeautifulSoup

from app.bank.statement import BankLine
from app.extensions import db
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.reconciliation.bank.test_confirming import balances, raised_by, the_statement


@pytest.fixture
def treasurer(signed_in):
    return signed_in("treasurer")


@pytest.fixture
def bank(app):
    return a_bank_account()


def page(answer):
    return BeautifulSoup(answer.data, "html5lib")


def words(answer):
    return " ".join(page(answer).get_text(" ").split())


def address(bank, line):
    return f"/office/bank/{bank.reference}/lines/{line}"


def error_of(answer, field):
    found = page(answer).select_one(f"#{field}-error")
    return " ".join(found.get_text(" ").split()).removeprefix("Error: ") if found else None


def test_a_line_is_split_into_a_gift_and_other_income_and_undone_with_one_press(treasurer, bank):
    roof = an_appeal()
    (line,) = the_statement(bank, (10_000, "CREDIT"))
    where = address(bank, line)
    link = page(treasurer.get(where)).find("a", string="Split this line into parts")
    assert "Split this line of £100.00" in words(treasurer.get(link["href"]))
    typed = {"amount_1": "40", "what_1": f"gift={roof.reference}", "who_1": "Anna Rees", "amount_2": "59.99"}
    short = treasurer.post(f"{where}/split/", data={**typed, "new_2": "Jumble sale"})
    assert short.status_code == 422
    assert error_of(short, "amount_2") == "£0.01 is left over. Add a part, or correct an amount."
    assert page(short).select_one("input[name=who_1]")["value"] == "Anna Rees"
    assert page(short).select_one("[name=what_1] option[selected]")["value"] == f"gift={roof.reference}"
    assert balances() == {}
    over = treasurer.post(f"{where}/split/", data={**typed, "amount_2": "60.01", "new_2": "Jumble sale"})
    assert error_of(over, "amount_2") == "The parts are £0.01 more than the line. Correct an amount."
    done = treasurer.post(
        f"{where}/split/", data={**typed, "amount_2": "60", "new_2": "Jumble sale"}, follow_redirects=True
    )
    shown = words(done)
    for each in ("Booked in 2 parts.", "£40.00", "Other income", "£60.00", "all parts"):
        assert each in shown
    assert (raised_by(roof), balances()["assets:bank:gbp"]) == (4000, 10_000)
    entry = {"entry": page(done).select_one("input[name=entry]")["value"]}
    treasurer.post(f"{where}/undo", data=entry)
    assert (raised_by(roof), balances()) == (0, {})
    assert db.session.query(BankLine).filter(BankLine.entry_id.is_(None)).count() == 1


def test_each_row_says_what_is_wrong_with_it(treasurer, bank):
    roof = an_appeal()
    came, went = the_statement(bank, (10_000, "IN"), (-10_000, "OUT"))
    rows = {
        "amount_1": "ten", "what_1": f"gift={roof.reference}", "new_1": "Jumble sale",
        "amount_2": "50", "what_2": "gift=another", "who_3": "Tom", "amount_9": "50", "new_9": "x" * 61,
    }  # fmt: skip
    wrong = treasurer.post(f"{address(bank, came)}/split/", data=rows)
    assert (wrong.status_code, balances()) == (422, {})
    assert error_of(wrong, "amount_1") is not None
    assert error_of(wrong, "new_1") == "Select what it is or name a new account, not both"
    assert error_of(wrong, "what_2") == "Select what it is, or name a new account"
    assert error_of(wrong, "amount_3") == "Enter an amount"
    assert error_of(wrong, "new_9") == "The name must be 60 characters or fewer"
    assert page(wrong).select_one("main details").has_attr("open")
    assert page(wrong).select_one("input[name=amount_1]")["value"] == "ten"
    nothing = treasurer.post(f"{address(bank, came)}/split/", data={})
    assert (nothing.status_code, error_of(nothing, "amount_1")) == (422, "Enter two parts or more")
    bill = treasurer.post(f"{address(bank, went)}/split/", data={"amount_1": "50", "what_1": "account=nothing"})
    assert error_of(bill, "voucher_1") == "Enter the voucher number"
    assert error_of(bill, "what_1") == "Select what it is, or name a new account"


def test_a_payment_is_split_into_bills_and_the_page_of_the_line_lists_them(treasurer, bank):
    (line,) = the_statement(bank, (-15_000, "BACS"))
    rows = {
        "amount_1": "120.00", "new_1": "Leaflets", "who_1": "Tom Hale", "voucher_1": "27",
        "amount_4": "30", "what_4": "account=expenses:other:gbp", "voucher_4": "28",
    }  # fmt: skip
    shown = words(treasurer.post(f"{address(bank, line)}/split/", data=rows, follow_redirects=True))
    for each in ("Tom Hale", "Voucher number 27", "Voucher number 28", "-£120.00", "-£30.00"):
        assert each in shown
    assert balances() == {
        "assets:bank:gbp": -15_000, "expenses:leaflets:gbp": 12_000, "expenses:other:gbp": 3_000
    }  # fmt: skip
    again = treasurer.get(f"{address(bank, line)}/split/")
    assert (again.status_code, again.location) == (303, address(bank, line))
