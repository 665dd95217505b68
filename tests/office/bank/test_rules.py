"""Rules: what a line was matched as is suggested for lines like it, and a person confirms each of them."""

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from app import clock
from app.bank import taking_in
from app.bank.formats.contents import ReadFile, ReadLine
from app.bank.rule import BankRule
from app.bank.statement import BankLine
from app.database import db, writing
from app.donations.donation import Donation
from app.money import Money
from app.staff.people import Person
from app.subject import Subject
from app.web.filters import day
from tests.bank.bank import a_bank_account
from tests.cast import an_appeal
from tests.reconciliation.bank.test_confirming import balances

pytestmark = pytest.mark.both_databases


@pytest.fixture
def treasurer(signed_in):
    return signed_in("treasurer")


@pytest.fixture
def bank(app):
    return a_bank_account()


def shows(bank, *lines):
    """Lines of a statement, (minor units, payer, details) each; their references."""
    read = ReadFile(
        "csv",
        [
            ReadLine(number, clock.today(), Money(minor, bank.currency), details, payer=payer)
            for number, (minor, payer, details) in enumerate(lines)
        ],
    )
    with writing():
        taking_in.take_in(bank, read, repr(lines).encode(), "ada")
    rows = db.session.scalars(select(BankLine).order_by(BankLine.id.desc()).limit(len(lines))).all()
    return [line.reference for line in reversed(rows)]


def words(answer):
    return " ".join(BeautifulSoup(answer.data, "html5lib").get_text(" ").split())


def address(bank, line="", way=""):
    return f"/office/bank/{bank.reference}/lines/{line}{way and '/' + way}"


def rules():
    db.session.rollback()
    return db.session.scalars(select(BankRule)).all()


def suggestion(answer, said):
    """The form of a suggestion: where it leads, and what is filled in."""
    forms = BeautifulSoup(answer.data, "html5lib").select("form.may-be")
    (form,) = [each for each in forms if f"Suggested by your rule: {said}" in " ".join(each.text.split())]
    return form["action"], {
        each["name"]: each.get("value", "") for each in form.select("input") if each["name"] != "csrf_token"
    }


def test_the_gift_of_a_payer_is_suggested_for_the_next_and_booked_by_a_person(treasurer, bank):
    appeal = an_appeal()
    first, like_it, other = shows(
        bank, (2500, "ROSA  LINDT", "Gift"), (3000, "Rosa Lindt", "GIFT "), (2500, "Rosa Lindt", "Rent")
    )
    treasurer.post(address(bank, first, "gift"), data={"appeal": appeal.reference, "payer": "Rosa Lindt"})
    assert "Always suggest this for lines like it" in words(treasurer.get(address(bank, first)))
    assert "Rule saved." in words(treasurer.post(address(bank, first, "rule"), follow_redirects=True))
    assert "A rule suggests this for lines like it." in words(treasurer.get(address(bank, first)))
    desk = treasurer.get(address(bank))
    assert words(desk).count("Suggested by your rule") == 1
    where, filled_in = suggestion(desk, f"Gift to {appeal.title}")
    assert where == address(bank, like_it, "gift")
    assert suggestion(treasurer.get(address(bank, like_it)), "Gift to") == (where, filled_in)
    assert "Suggested by your rule" not in words(treasurer.get(address(bank, other)))
    assert len(db.session.scalars(select(Donation)).all()) == 1
    treasurer.post(where, data=filled_in)
    assert [each.amount_minor for each in db.session.scalars(select(Donation).order_by(Donation.id))] == [2500, 3000]


def test_a_bill_is_suggested_with_its_account_and_asks_for_the_voucher(treasurer, bank):
    first, second = shows(bank, (-12_000, "T Hale", "Printing"), (-13_000, "T Hale", "Printing"))
    treasurer.post(address(bank, first, "bill"), data={"payee": "Tom Hale", "voucher": "27", "new_expense": "Leaflets"})
    treasurer.post(address(bank, first, "rule"))
    where, filled_in = suggestion(treasurer.get(address(bank)), "Bill: Leaflets")
    assert filled_in == {"expense": "expenses:leaflets:gbp", "payee": "T Hale", "voucher": ""}
    refused = treasurer.post(where, data=filled_in)
    assert (refused.status_code, "Enter the voucher number" in words(refused)) == (422, True)
    treasurer.post(where, data={**filled_in, "voucher": "28"})
    assert where == address(bank, second, "bill")
    assert balances() == {"assets:bank:gbp": -25_000, "expenses:leaflets:gbp": 25_000}


def test_other_income_and_transfers_are_suggested(treasurer, bank):
    savings = a_bank_account("Savings")
    sale, saved, _more_sale, _more_saved = shows(
        bank, (4500, "", "JUMBLE"), (-5000, "Us", "TO SAVINGS"), (500, "", "Jumble"), (-700, "us", "to savings")
    )
    treasurer.post(address(bank, sale, "income"), data={"new_income": "Jumble sale"})
    treasurer.post(address(bank, saved, "transfer"), data={"other": savings.reference})
    for line in (sale, saved):
        treasurer.post(address(bank, line, "rule"))
    for said in ("Other income: Jumble sale", "Transfer to Savings"):
        where, filled_in = suggestion(treasurer.get(address(bank)), said)
        treasurer.post(where, data=filled_in)
    assert balances() == {
        "assets:bank:gbp": -700, "assets:bank:savings:gbp": 5700, "income:other:jumble-sale:gbp": -5000,
    }  # fmt: skip


def test_a_later_rule_for_the_same_words_stands_in_place_of_the_earlier(treasurer, bank):
    one, two = shows(bank, (4500, "", "HALL"), (500, "", "HALL"))
    for line, name in ((one, "Jumble sale"), (two, "Hall rent")):
        treasurer.post(address(bank, line, "income"), data={"new_income": name})
        treasurer.post(address(bank, line, "rule"))
    assert [each.what for each in rules()] == ["income:other:hall-rent:gbp"]


def test_money_the_other_way_and_lines_of_other_accounts_are_not_like_it(treasurer, bank):
    savings = a_bank_account("Savings")
    (line,) = shows(bank, (4500, "Fair", "JUMBLE"))
    treasurer.post(address(bank, line, "income"), data={"new_income": "Jumble sale"})
    treasurer.post(address(bank, line, "rule"))
    shows(bank, (-4500, "Fair", "JUMBLE"))
    shows(savings, (4500, "Fair", "JUMBLE"))
    assert "Suggested by your rule" not in words(treasurer.get(address(bank))) + words(treasurer.get(address(savings)))


def test_no_rule_is_made_of_a_line_that_waits_or_is_interest(treasurer, bank):
    waits, interest = shows(bank, (4500, "", "HALL"), (12, "", "INTEREST"))
    treasurer.post(address(bank, interest, "otherwise"), data={"kind": "interest"})
    for line in (waits, interest):
        assert "Always suggest" not in words(treasurer.get(address(bank, line)))
        assert "No rule was made." in words(treasurer.post(address(bank, line, "rule"), follow_redirects=True))
    assert rules() == []


def test_a_page_lists_who_made_a_rule_and_removes_it_after_asking_once(treasurer, bank):
    (line,) = shows(bank, (4500, "Fair", "JUMBLE"))
    treasurer.post(address(bank, line, "income"), data={"new_income": "Jumble sale"})
    treasurer.post(address(bank, line, "rule"))
    page = f"/office/bank/{bank.reference}/rules/"
    shown = words(treasurer.get(page))
    assert "Other income: Jumble sale" in shown
    (made,) = rules()
    maker = db.session.scalars(select(Person).where(Person.reference == Subject.parse(made.made_by).reference)).one()
    assert f"{maker.name or maker.email} {day(clock.today())}" in shown
    removal = f"{page}{made.reference}/removal"
    assert "Remove this rule?" in words(treasurer.post(removal))
    assert len(rules()) == 1
    assert "No rules yet" in words(treasurer.post(removal, data={"confirmed": "yes"}, follow_redirects=True))
    assert treasurer.post(removal, data={"confirmed": "yes"}).status_code == 404


def test_erasing_the_payee_removes_the_rules_that_hold_the_name(treasurer, bank):
    first, second, third = shows(
        bank, (-12_000, "T Hale", "Printing"), (-900, "T HALE", "Paper"), (-50, "Post", "Stamps")
    )
    for line in (first, second, third):
        treasurer.post(address(bank, line, "bill"), data={"payee": "Tom", "voucher": "27", "new_expense": "Leaflets"})
        treasurer.post(address(bank, line, "rule"))
    treasurer.post(address(bank, first, "payee"), data={"confirmed": "yes"})
    assert [each.payer for each in rules()] == ["Post"]


def test_erasing_a_donor_removes_the_rules_that_hold_the_name(app, treasurer, bank):
    appeal = an_appeal()
    theirs, others = shows(bank, (2500, "Rosa Lindt", "Gift"), (2500, "Ida Brandt", "Gift"))
    for line, donor in ((theirs, "Rosa L"), (others, "Ida B")):
        treasurer.post(address(bank, line, "gift"), data={"appeal": appeal.reference, "payer": donor})
        treasurer.post(address(bank, line, "rule"))
    gift = db.session.scalars(select(Donation.reference).order_by(Donation.id)).first()
    db.session.rollback()
    erased = app.test_cli_runner().invoke(args=["donors", "erase", gift])
    assert erased.exit_code == 0, erased.output
    assert [each.payer for each in rules()] == ["Ida Brandt"]
