"""Taking a bank's file in: what is new becomes lines once, and the database itself keeps them as the bank gave them."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.bank import account, part, taking_back, taking_in
from app.bank.booking import CHARGE
from app.bank.statement import BankLine, BankStatement
from app.bank.taking_in import TakenIn
from app.database import db, writing
from app.ledger.accounts import Account
from app.money import Money
from app.reconciliation.bank import balance, confirming, sums
from tests.bank.bank import FILES, a_bank_account, read_file, take_in_file

both = pytest.mark.both_databases


def test_the_same_file_twice_adds_nothing(app):
    bank = a_bank_account()
    assert take_in_file(bank, "starling.csv") == TakenIn(new=5, known=0)
    assert take_in_file(bank, "starling.csv") == TakenIn(new=0, known=5)
    assert len(db.session.scalars(select(BankStatement)).all()) == 1
    (statement,) = db.session.scalars(select(BankStatement))
    assert (statement.closing_minor, statement.closing_on.isoformat()) == (186_150, "2026-07-07")


def test_the_same_week_in_another_form_adds_nothing_unless_somebody_says_so(app):
    bank = a_bank_account()
    take_in_file(bank, "barclays.csv")
    assert take_in_file(bank, "statement.ofx") == TakenIn(new=0, known=5)
    assert take_in_file(bank, "statement.ofx", others={2}) == TakenIn(new=1, known=4)


def test_two_accounts_keep_their_lines_apart(app):
    first, second = a_bank_account(), a_bank_account("Strike fund")
    take_in_file(first, "starling.csv")
    assert take_in_file(second, "starling.csv").new == 5


def test_a_balance_that_a_person_read_off_stands_where_the_file_has_none(app):
    bank = a_bank_account()
    take_in_file(bank, "barclays.csv", closing=Money(186_150, "gbp"))
    (statement,) = db.session.scalars(select(BankStatement))
    assert (statement.closing_minor, statement.closing_on.isoformat()) == (186_150, "2026-07-07")


def test_accounts_have_codes_of_their_own_in_the_ledger(app):
    banks = [a_bank_account(), a_bank_account("Strike fund"), a_bank_account("Strike  Fund!"),
             a_bank_account("Euros", currency="eur")]  # fmt: skip
    codes = [db.session.get_one(Account, bank.ledger_account_id).code for bank in banks]
    assert codes == ["assets:bank:gbp", "assets:bank:strike-fund:gbp", "assets:bank:strike-fund-2:gbp",
                     "assets:bank:eur"]  # fmt: skip


def test_what_a_file_holds_is_looked_at_without_writing_anything(app):
    bank = a_bank_account()
    found = taking_in.look(bank, read_file(bank, "lloyds.csv")[0])
    assert [each.verdict for each in found] == ["new"] * 5
    assert db.session.scalars(select(BankLine)).all() == []


CHANGES = [
    *(
        f"UPDATE bank_lines SET {column} = {value}"
        for column, value in {
            "id": "id + 100", "reference": "'x'", "account_id": "account_id", "statement_id": "statement_id",
            "row": "row + 1", "day": "'2020-01-01'", "amount_minor": "1", "currency": "'eur'", "bank_id": "'x'",
            "identity": "'x'", "ordinal": "9", "details": "'another'", "payer": "'somebody else'",
        }.items()
    ),
    "DELETE FROM bank_lines",
    "UPDATE bank_statements SET closing_minor = 1",
    "DELETE FROM bank_statements",
]  # fmt: skip


@both
def test_what_the_bank_said_stays(app, engine_name, subtests):
    take_in_file(a_bank_account(), "starling.csv")
    before = db.session.execute(text("SELECT * FROM bank_lines ORDER BY id")).all()
    for change in [*CHANGES, *(["TRUNCATE bank_lines CASCADE"] if engine_name == "postgresql" else [])]:
        with subtests.test(change), pytest.raises(DBAPIError, match="append-only"), writing() as session:
            session.execute(text(change))
    assert db.session.execute(text("SELECT * FROM bank_lines ORDER BY id")).all() == before


@both
def test_the_words_of_a_line_can_be_erased(app):
    take_in_file(a_bank_account(), "starling.csv")
    with writing() as session:
        session.execute(text("UPDATE bank_lines SET details = '', payer = ''"))
    assert {line.said for line in db.session.scalars(select(BankLine))} == {""}


def test_an_account_begins_with_what_stood_on_it(app):
    bank = a_bank_account()
    with writing():
        account.begin_with(bank, Money(50_000, "gbp"), read_file(bank, "starling.csv")[0].first_day, "ada")
    lines = db.session.execute(text("SELECT account, amount_minor, booked_on FROM ledger_lines ORDER BY 1")).all()
    assert [(row.account, row.amount_minor) for row in lines] == [
        ("assets:bank:gbp", 50_000),
        ("equity:opening:gbp", -50_000),
    ]


def an_import(bank):
    (statement,) = db.session.scalars(
        select(BankStatement).where(BankStatement.account_id == bank.id, BankStatement.taken_back_at.is_(None))
    )
    return statement


@both
def test_an_import_is_taken_back_with_its_lines_and_their_parts_and_can_come_again(app):
    bank = a_bank_account()
    batch = (FILES.parent / "cases" / "batch.camt053.xml").read_bytes()
    assert take_in_file(bank, batch).new == 1
    (line,) = db.session.scalars(select(BankLine))
    parts = [(each.amount_minor, each.payer, each.details) for each in part.parts_of(line)]
    assert parts == [(2500, "A Rees", "roof"), (3000, "T Ashworth", "dues"), (2000, "L Okon", "gift")]
    with writing():
        assert taking_back.take_back(bank, an_import(bank), "ada") == 1
    assert db.session.scalars(select(BankLine)).all() == []
    assert balance.last_statement(bank) is None
    assert sums.stated(bank) is None
    assert take_in_file(bank, batch) == TakenIn(new=1, known=0)
    statements = db.session.scalars(select(BankStatement).order_by(BankStatement.id)).all()
    assert [(each.number, each.taken_back_by) for each in statements] == [(1, "ada"), (2, None)]


@both
def test_an_import_of_which_anything_was_ever_booked_stays(app):
    bank = a_bank_account()
    take_in_file(bank, "starling.csv")
    statement = an_import(bank)
    line = db.session.scalars(select(BankLine).where(BankLine.amount_minor < 0)).first()
    with writing():
        confirming.otherwise(line.reference, CHARGE, "ada")
    for _ in ("booked", "booked and undone"):
        with pytest.raises(taking_back.SomeAreBooked), writing():
            taking_back.take_back(bank, statement, "ada")
        with pytest.raises(DBAPIError, match="append-only"), writing() as session:
            session.execute(text("UPDATE bank_statements SET taken_back_at = imported_at"))
        if line.entry_id is not None:
            with writing():
                confirming.undo(line.reference, "ada")
    assert len(db.session.scalars(select(BankLine)).all()) == 5


@both
def test_an_import_is_taken_back_once_and_stays_so(app):
    bank = a_bank_account()
    take_in_file(bank, "starling.csv")
    statement = an_import(bank)
    with writing():
        taking_back.take_back(bank, statement, "ada")
    with pytest.raises(LookupError), writing():
        taking_back.take_back(bank, statement, "ada")
    for change in ("SET taken_back_at = NULL", "SET taken_back_by = 'somebody else'"):
        with pytest.raises(DBAPIError, match="append-only"), writing() as session:
            session.execute(text(f"UPDATE bank_statements {change}"))


@both
def test_a_part_stays_as_the_bank_gave_it_but_its_words_can_be_erased(app):
    take_in_file(a_bank_account(), (FILES.parent / "cases" / "batch.camt053.xml").read_bytes())
    for change in ("UPDATE bank_line_parts SET amount_minor = 1", "UPDATE bank_line_parts SET payer = 'another'",
                   "DELETE FROM bank_line_parts"):  # fmt: skip
        with pytest.raises(DBAPIError, match="append-only"), writing() as session:
            session.execute(text(change))
    with writing() as session:
        session.execute(text("UPDATE bank_line_parts SET payer = '', details = ''"))
