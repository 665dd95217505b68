"""The page on which a line of the bank is split into parts: rows, what is left over, and undoing them together."""

import pytest
from bs4 import BeautifulSoup

from app import clock
from app.bank import taking_in
from app.bank.formats.contents import ReadFile, ReadLine, ReadPart
from app.bank.statement import BankLine
from app.database import db, writing
from app.donations.donation import BANK_TRANSFER, Donation
from app.money import Money
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.offline.hands import a_branch, a_cheque, a_gift_by, state_of
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
    assert error_of(wrong, "what_3") == "Select what it is, or name a new account"
    assert error_of(wrong, "new_9") == "New income account must be 60 characters or fewer"
    assert page(wrong).select_one("main form > details").has_attr("open")
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


def split(treasurer, bank, line, **typed):
    return treasurer.post(f"{address(bank, line)}/split/", data=typed, follow_redirects=True)


def named(bank, line, treasurer):
    """What a part can be, by the words of the list."""
    found = page(treasurer.get(f"{address(bank, line)}/split/")).select("[name=what_1] option")
    return {each.get_text(strip=True): each["value"] for each in found}


def test_a_part_can_be_whatever_a_whole_line_can_be(treasurer, bank):
    a_bank_account("Savings")
    appeal = an_appeal()
    a_gift_by(BANK_TRANSFER, appeal, 4000, name="Anna Rees")
    a_cheque(appeal, 2500, submission="two")
    came, went = the_statement(bank, (10_000, "IN"), (-10_000, "OUT"))
    for line, offered in (
        (came, ("Keep the press turning", "£40.00 · Promised bank transfer, Anna Rees", "Savings", "Interest",
                "Unidentified money", "Bank charge, deducted")),
        (went, ("Savings", "Bank charge", "Spending", f"Łucja Okoń · £25.00 · {clock.today():%-d %B %Y}")),
    ):  # fmt: skip
        assert set(offered) <= named(bank, line, treasurer).keys()


def test_what_is_expected_needs_no_amount_and_takes_no_other(treasurer, bank):
    appeal = an_appeal()
    promise = a_gift_by(BANK_TRANSFER, appeal, 4000, name="Anna Rees")
    (line,) = the_statement(bank, (3750, "CREDIT LESS FEE"))
    part = named(bank, line, treasurer)["£40.00 · Promised bank transfer, Anna Rees"]
    charge = {"what_2": "other=charge", "amount_2": "2.50"}
    other = split(treasurer, bank, line, what_1=part, amount_1="41", **charge)
    assert error_of(other, "amount_1") == "£40.00 was expected, so this part must be that amount"
    twice = split(treasurer, bank, line, what_1=part, what_2=part)
    assert error_of(twice, "what_2") == "Another part is already for this"
    done = split(treasurer, bank, line, what_1=part, **charge)
    for each in ("Booked in 2 parts.", "Expected payment", "£40.00", "Bank charge", "-£2.50"):
        assert each in words(done)
    assert state_of(promise) == "banked"


def test_a_part_that_is_expected_already_asks_once_and_is_booked_anyway(treasurer, bank):
    appeal = an_appeal()
    a_gift_by(BANK_TRANSFER, appeal, 4000, name="Anna Rees")
    (line,) = the_statement(bank, (5000, "CREDIT"))
    typed = {
        "what_1": f"gift={appeal.reference}", "amount_1": "40", "who_1": "Anna Rees",
        "what_2": "other=interest", "amount_2": "10",
    }  # fmt: skip
    asked = split(treasurer, bank, line, **typed)
    assert (asked.status_code, balances()) == (409, {})
    assert "A part of this amount is expected: “£40.00 · Promised bank transfer, Anna Rees”." in words(asked)
    again_ = page(asked).select_one("button[name=anyway]")["value"]
    assert "Booked in 2 parts." in words(split(treasurer, bank, line, **typed, anyway=again_))


def test_a_gift_in_the_books_already_is_noticed_in_a_part(treasurer, bank):
    appeal = an_appeal()
    one, two = the_statement(bank, (4000, "A REES"), (5000, "CREDIT"))
    treasurer.post(f"{address(bank, one)}/gift", data={"appeal": appeal.reference, "payer": "Anna Rees"})
    typed = {
        "what_1": f"gift={appeal.reference}", "amount_1": "40", "who_1": "Anna Rees",
        "what_2": "other=interest", "amount_2": "10",
    }  # fmt: skip
    asked = split(treasurer, bank, two, **typed)
    assert (asked.status_code, "This looks like the transfer of" in words(asked)) == (409, True)


def test_a_gift_paid_back_is_a_part_by_name_or_reference_and_never_too_much(treasurer, bank):
    appeal = an_appeal()
    gift = a_cheque(appeal, 2500).reference
    (line,) = the_statement(bank, (-4000, "BULK"))
    charge = {"what_2": "other=charge", "amount_2": "10"}
    over = split(treasurer, bank, line, amount_1="30", what_1=f"back={gift}", **charge)
    assert error_of(over, "what_1") == "Only £25.00 of this gift is left to pay back"
    assert balances() == {"assets:cheques:gbp": 2500}
    unknown = split(treasurer, bank, line, amount_1="30", gift_1="x", **charge)
    assert error_of(unknown, "gift_1") == "There is no gift with this reference"
    both = split(treasurer, bank, line, amount_1="30", gift_1=gift, what_1=f"back={gift}", **charge)
    assert error_of(both, "gift_1") == "Select what it is or enter a reference, not both"
    done = split(treasurer, bank, line, amount_1="20", gift_1=gift, what_2="other=spending", amount_2="20")
    assert "A gift paid back" in words(done)
    assert raised_by(appeal) == 500


def test_a_gift_goes_through_the_branch_of_its_part(treasurer, bank):
    appeal, branch = an_appeal(), a_branch()
    (line,) = the_statement(bank, (5000, "CREDIT"))
    split(
        treasurer, bank, line, amount_1="20", what_1=f"gift={appeal.reference}", branch_1=branch.reference,
        amount_2="30", what_2=f"gift={appeal.reference}",
    )  # fmt: skip
    gifts = db.session.query(Donation).order_by(Donation.amount_minor)
    assert [each.branch_id for each in gifts] == [branch.id, None]


def test_the_parts_that_the_bank_made_are_filled_in_and_may_be_anything(treasurer, bank):
    appeal = an_appeal()
    parts = [ReadPart(Money(2500, "gbp"), "Anna Rees", "ROOF"), ReadPart(Money(3000, "gbp"), "Hall Hire", "JULY"),
             ReadPart(Money(2000, "gbp"), "Tom Hale", "")]  # fmt: skip
    read = ReadFile("camt", [ReadLine(1, clock.today(), Money(7500, "gbp"), "BATCH", parts=parts)])
    with writing():
        taking_in.take_in(bank, read, b"batch", "ada")
    line = db.session.query(BankLine).one().reference
    link = page(treasurer.get(address(bank, line))).find("a", string="Some of these are not gifts")
    form = page(treasurer.get(link["href"]))
    assert [form.select_one(f"[name=amount_{each}]")["value"] for each in (1, 2, 3)] == ["25.00", "30.00", "20.00"]
    assert [form.select_one(f"[name=who_{each}]")["value"] for each in (1, 2)] == ["Anna Rees", "Hall Hire"]
    sent = {
        each["name"]: each.get("value", "") for each in form.select("main form input") if each["name"] != "csrf_token"
    }
    missing = split(treasurer, bank, line, **sent)
    assert error_of(missing, "what_1") == "Select what it is, or name a new account"
    done = split(
        treasurer, bank, line,
        **{**sent, "what_1": f"gift={appeal.reference}", "new_2": "Hall rent", "what_3": "other=unidentified"},
    )  # fmt: skip
    assert "Booked in 3 parts." in words(done)
    (gift,) = db.session.query(Donation).all()
    assert (gift.name, gift.amount.minor) == ("Anna Rees", 2500)
    assert balances()["liabilities:unidentified:gbp"] == -2000
    shown = page(treasurer.get(address(bank, line)))
    assert "Book as a gift of £20.00" in " ".join(shown.get_text(" ").split())
