"""What goes to an accounting program: the bank's own lines, in one way for each account and period, and only once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.bank import taking_in
from app.bank.booking import UNIDENTIFIED
from app.bank.formats.contents import ReadFile, ReadLine
from app.bank.statement import BankLine
from app.database import db, writing
from app.donations.exports import exporting
from app.donations.exports.exporting import Choice, NotToBeExported
from app.ledger.accounts import Account
from app.ledger.exports import log, program_accounts
from app.ledger.exports.program_accounts import There
from app.ledger.exports.snapshot import snapshot
from app.money import Money
from app.reconciliation.bank import confirming
from tests.bank.bank import a_bank_account
from tests.ledger.entering import enter, held_by_stripe, income

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app")]

TODAY = clock.today()
BANK, STRIPE = "assets:bank:gbp", "assets:stripe:gbp"


@pytest.fixture
def bank():
    """A statement of three lines: one booked, one booked and undone again, one that nobody has looked at; and in the
    ledger a gift by card, and one that was entered straight to the bank."""
    account = a_bank_account()
    lines = [
        ReadLine(
            1, TODAY - timedelta(days=2), Money(2500, "gbp"), "PRESS FUND, thanks", payer="C O'BRIEN", bank_id="77"
        ),
        ReadLine(2, TODAY - timedelta(days=1), Money(-900, "gbp"), "=FEE"),
        ReadLine(3, TODAY, Money(700, "gbp"), "Gift"),
    ]
    with writing():
        taking_in.take_in(account, ReadFile("csv", lines), b"a file", "ada")
    first, _, third = db.session.scalars(select(BankLine.reference).order_by(BankLine.id)).all()
    for line in (first, third):
        with writing():
            confirming.otherwise(line, UNIDENTIFIED, "ada")
    with writing():
        confirming.undo(third, "ada")
    with writing():
        enter("test:1", [(income(), held_by_stripe(), 5000)])
        enter("test:2", [(income(), "assets:bank", 100)], kind="other")
    return account


def choice(name, **changes):
    values = {"format": name, "from_on": TODAY - timedelta(days=30), "to_on": TODAY}
    return Choice(**{**values, **changes})


def take(chosen):
    """The file of an export, made as the office makes it; raises `NotToBeExported`."""
    db.session.rollback()
    exporting.check(chosen)
    with snapshot() as connection:
        totals = exporting.totals(connection, chosen)
        with writing():
            exporting.refuse(connection, chosen)
            made = exporting.note(connection, chosen, totals, by="ada")
        content = b"".join(exporting.make(connection, chosen, totals, made.reference).pieces)
    return made.reference, content.decode(), totals


def map_all(program, *, clearing=()):
    with writing():
        for account in db.session.scalars(select(Account)).all():
            there = There(f"9{account.id:02d}", "No VAT", account.code in clearing)
            program_accounts.keep(program, account.id, there)


def refused(chosen):
    with pytest.raises(NotToBeExported) as refusal:
        take(chosen)
    return str(refusal.value)


def test_a_banks_statement_has_one_line_for_each_of_the_banks_with_payee_and_reference(bank):
    days = [(TODAY - timedelta(days=back)).strftime("%d/%m/%Y") for back in (2, 1, 0)]
    own = db.session.scalars(select(BankLine.reference).order_by(BankLine.id)).all()
    _, content, totals = take(choice("xero-statement", account=BANK))
    assert content.splitlines() == [
        "Date,Amount,Payee,Description,Reference,Check Number",
        f'{days[0]},25.00,C O\'BRIEN,"PRESS FUND, thanks",77,',
        f"{days[1]},-9.00,,'=FEE,{own[1]},",
        f"{days[2]},7.00,,Gift,{own[2]},",
    ]
    assert [tuple(each) for each in totals] == [("gbp", 3, 3200, 900)]
    _, content, _ = take(choice("freeagent-statement", account=BANK))
    assert content.splitlines() == [
        f"{days[0]},25.00,C O'BRIEN PRESS FUND thanks", f"{days[1]},-9.00,FEE", f"{days[2]},7.00,Gift"
    ]  # fmt: skip
    assert [each.names for each in log.latest()] == [True, True]


def test_the_same_statement_a_second_time_is_stopped_and_the_earlier_batch_named(bank):
    first, _, _ = take(choice("xero-statement", account=BANK))
    again = choice("xero-statement", account=BANK, from_on=TODAY, to_on=TODAY)
    assert refused(again) == f"batch {first} has some of the same postings; withdraw it first if it was not imported"
    # Another program, another account and other days are other books.
    take(choice("quickbooks-statement", account=BANK))
    take(choice("xero-statement", account=STRIPE))
    with writing():
        log.withdraw(first, by="ada")
    take(again)


def test_journals_go_out_only_once_whatever_they_are_narrowed_to(bank):
    map_all("xero")
    first, _, _ = take(choice("xero-journals", account=STRIPE))
    assert refused(choice("xero-journals")).startswith(f"batch {first} has some of the same postings")
    with writing():
        log.withdraw(first, by="ada")
    take(choice("xero-journals"))


def test_journals_and_the_statement_of_one_account_do_not_both_go_out(bank):
    map_all("xero")
    first, _, _ = take(choice("xero-statement", account=BANK))
    assert f"batch {first} has {BANK} the other way" in refused(choice("xero-journals"))
    # What does not touch that account may go.
    take(choice("xero-journals", account=STRIPE))
    with writing():
        log.withdraw(first, by="ada")
    assert refused(choice("xero-statement", account=STRIPE)).endswith("if it was not imported")
    take(choice("xero-statement", account=BANK))


def test_through_a_clearing_account_both_may_go_out_and_meet_there(bank):
    map_all("xero", clearing=[BANK])
    take(choice("xero-statement", account=BANK))
    _, content, _ = take(choice("xero-journals"))
    code = db.session.scalars(select(Account.id).where(Account.code == BANK)).one()
    assert f",9{code:02d},No VAT,1.00," in content


def test_journals_wait_until_every_account_has_a_code_there_and_say_which_has_none(bank):
    said = refused(choice("sage-50", account=STRIPE))
    assert said == f"these accounts have no code in the program's books: {STRIPE}, income:appeal:a:gbp"
    map_all("sage-50")
    take(choice("sage-50"))


def test_a_statement_is_of_a_whole_account(bank):
    assert "all lines of its account" in refused(choice("xero-statement", account=BANK, appeal="a"))
