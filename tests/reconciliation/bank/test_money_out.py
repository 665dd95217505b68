"""Money out and other money in: transfers between own accounts, bills, and income that no appeal raised."""

import pytest
from sqlalchemy import select, text

from app import clock
from app.bank import bill, booking
from app.bank.booking import INTEREST
from app.bank.statement import BankLine
from app.database import db, writing
from app.ledger import by_hand, verifying
from app.ledger.by_hand import Draft
from app.money import Money
from app.reconciliation import daily_statement
from app.reconciliation.bank import balance, bills, confirming, own_transfers
from app.reconciliation.bank import expected as bank_expected
from app.reconciliation.bank.confirming import DoesNotFit, WrongWay
from tests.bank.bank import a_bank_account
from tests.reconciliation.bank.test_confirming import balances, confirm, the_statement

TODAY = clock.today()
both = pytest.mark.both_databases


@pytest.fixture
def bank(app):
    return a_bank_account()


@pytest.fixture
def savings(bank):
    return a_bank_account("Savings")


def transfer(line, other):
    with writing():
        own_transfers.book(line, other, "ada")


def undo(line):
    with writing():
        confirming.undo(line, "ada")


def waits(line):
    return db.session.scalars(select(BankLine).where(BankLine.reference == line)).one().entry_id is None


def agreed(*accounts):
    """Whether no line is missing or waits, and the statements and the books agree once a line of today has come: until
    then the banks may have dated the one movement on two days."""
    for each in accounts:
        found = balance.of(each)
        assert (found.missing.minor, found.waiting_count) == (0, 0)
        (last,) = the_statement(each, (1, "PENNY"))
        with writing():
            confirming.otherwise(last, INTEREST, "ada")
        assert balance.of(each).difference.minor == 0
        undo(last)
    return True


def movements():
    """The entries between our own accounts that stand."""
    return db.session.scalar(
        text(
            "SELECT count(*) FROM entries e WHERE kind = 'own-transfer' "
            "AND NOT EXISTS (SELECT 1 FROM entries r WHERE r.reverses_id = e.id)"
        )
    )


@both
@pytest.mark.parametrize("first", ["out", "in"])
def test_both_lines_of_a_transfer_between_own_accounts_are_one_movement_whichever_is_booked_first(bank, savings, first):
    (out,), (came,) = the_statement(bank, (-5000, "TO SAVINGS", 2)), the_statement(savings, (5000, "FROM TREASURER", 1))
    lines = [(out, savings), (came, bank)]
    for line, other in lines if first == "out" else reversed(lines):
        transfer(line, other)
    assert balances() == {"assets:bank:gbp": -5000, "assets:bank:savings:gbp": 5000}
    assert movements() == 1
    assert [bank_expected.items(each) for each in (bank, savings)] == [[], []]
    assert agreed(bank, savings)
    assert list(verifying.faults()) == []


def test_the_other_accounts_line_is_expected_and_may_simply_be_confirmed(bank, savings):
    (out,), (came,) = the_statement(bank, (-5000, "TO SAVINGS", 2)), the_statement(savings, (5000, "FROM TREASURER", 1))
    transfer(out, savings)
    (item,) = bank_expected.items(savings)
    assert (item.amount.minor, item.reference) == (5000, "moved between our own bank accounts")
    confirm(came, item.key)
    assert (movements(), balances()) == (1, {"assets:bank:gbp": -5000, "assets:bank:savings:gbp": 5000})


def test_two_equal_transfers_are_two_movements(bank, savings):
    outs = the_statement(bank, (-5000, "ONE", 3), (-5000, "TWO", 2))
    ins = the_statement(savings, (5000, "ONE", 3), (5000, "TWO", 2))
    for line, other in [(outs[0], savings), (ins[1], bank), (outs[1], savings), (ins[0], bank)]:
        transfer(line, other)
    assert (movements(), balances()) == (2, {"assets:bank:gbp": -10_000, "assets:bank:savings:gbp": 10_000})


def test_a_transfer_that_was_entered_by_hand_is_not_booked_again(bank, savings):
    draft = Draft(
        "moved", "assets:bank:gbp", "assets:bank:savings:gbp", Money(5000, "gbp"), TODAY, "for the strike", "n"
    )
    with writing():
        by_hand.enter(draft, by="ada")
    (out,), (came,) = the_statement(bank, (-5000, "TO SAVINGS", 1)), the_statement(savings, (5000, "FROM TREASURER"))
    transfer(out, savings)
    transfer(came, bank)
    assert (movements(), balances()) == (0, {"assets:bank:gbp": -5000, "assets:bank:savings:gbp": 5000})


@both
def test_undoing_the_line_that_brought_a_transfer_lets_both_lines_wait_again(bank, savings):
    (out,), (came,) = the_statement(bank, (-5000, "TO SAVINGS", 2)), the_statement(savings, (5000, "FROM TREASURER", 1))
    transfer(out, savings)
    transfer(came, bank)
    undo(out)
    assert (balances(), waits(out), waits(came)) == ({}, True, True)
    transfer(came, bank)
    transfer(out, savings)
    assert (movements(), balances()) == (1, {"assets:bank:gbp": -5000, "assets:bank:savings:gbp": 5000})
    assert agreed(bank, savings)


def test_undoing_the_line_that_found_a_transfer_in_the_books_lets_that_line_alone_wait(bank, savings):
    (out,), (came,) = the_statement(bank, (-5000, "TO SAVINGS", 2)), the_statement(savings, (5000, "FROM TREASURER", 1))
    transfer(out, savings)
    transfer(came, bank)
    undo(came)
    assert (movements(), waits(out), waits(came)) == (1, False, True)


def test_a_transfer_goes_to_another_account_in_the_same_currency(bank, savings):
    euros = a_bank_account("Euros", "eur")
    (out,) = the_statement(bank, (-5000, "OUT"))
    for other in (bank, euros):
        with pytest.raises(DoesNotFit):
            transfer(out, other)
    row = db.session.scalars(select(BankLine)).one()
    assert own_transfers.accounts_for(row) == [savings]


@both
def test_a_bill_is_paid_from_a_named_account_and_its_payee_can_be_erased(bank):
    one, two = the_statement(bank, (-12_000, "T HALE PRINTERS", 1), (-3_000, "T HALE"))
    with writing():
        bills.pay(one, "Leaflets & posters", "ada", payee="Tom Hale", voucher="27", new=True)
    with writing():
        bills.pay(two, "expenses:leaflets-posters:gbp", "ada", payee="Tom Hale", voucher="28")
    assert balances() == {"assets:bank:gbp": -15_000, "expenses:leaflets-posters:gbp": 15_000}
    entry_id = db.session.scalars(select(BankLine).where(BankLine.reference == one)).one().entry_id
    assert (bill.of(entry_id).payee, bill.of(entry_id).voucher) == ("Tom Hale", "27")
    with writing():
        bill.erase_payee(entry_id)
    assert (bill.of(entry_id).payee, bill.of(entry_id).voucher) == ("", "27")
    assert daily_statement.of(TODAY).moved[0].fees.minor == 3_000
    undo(one)
    undo(two)
    assert balances() == {}
    assert list(verifying.faults()) == []


def test_an_account_of_the_same_name_is_the_same_account_and_one_of_the_charts_is_never_taken_for_another(bank):
    lines = the_statement(bank, (-1, "A"), (-2, "B"), (-3, "C"), (-4, "D"))
    names = ("Hall hire", "hall HIRE", "Card fees!", "Зал")
    for line, name in zip(lines, names, strict=True):
        with writing():
            bills.pay(line, name, "ada", payee="", voucher="", new=True)
    assert balances() == {
        "assets:bank:gbp": -10, "expenses:hall-hire:gbp": 3, "expenses:card-fees-2:gbp": 3, "expenses:account:gbp": 4,
    }  # fmt: skip


@both
def test_other_income_belongs_to_no_appeal(bank):
    (line,) = the_statement(bank, (4500, "JUMBLE SALE"))
    with writing():
        bills.receive(line, "Jumble sale", "ada", new=True)
    assert balances() == {"assets:bank:gbp": 4500, "income:other:jumble-sale:gbp": -4500}
    assert bills.other_incomes("gbp") == [("income:other:jumble-sale:gbp", "Jumble sale")]
    assert daily_statement.of(TODAY).moved[0].gifts == 0
    assert list(verifying.faults()) == []
    undo(line)
    assert balances() == {}


def test_bills_and_income_go_their_own_way_and_to_accounts_that_are_offered(bank):
    out, came = the_statement(bank, (-500, "OUT"), (500, "IN"))
    for refused, book, line, account in (
        (WrongWay, lambda *of: bills.pay(*of, payee="", voucher=""), came, "expenses:other:gbp"),
        (WrongWay, bills.receive, out, "income:other:x:gbp"),
        (DoesNotFit, lambda *of: bills.pay(*of, payee="", voucher=""), out, "assets:stripe:gbp"),
        (DoesNotFit, bills.receive, came, "income:interest:gbp"),
    ):
        with pytest.raises(refused), writing():
            book(line, account, "ada")
    with writing():
        bills.pay(out, "expenses:other:gbp", "ada", payee="", voucher="")
    with pytest.raises(booking.BookedAlready), writing():
        bills.pay(out, "expenses:other:gbp", "ada", payee="", voucher="")
