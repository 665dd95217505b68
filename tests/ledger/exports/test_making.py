"""Exports: what each format writes, to the letter, for books that are small enough to be written down."""

import csv
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from zipfile import ZipFile

import openpyxl
import pytest
from beancount import loader

from app.database import db, writing
from app.ledger import balances, reversing
from app.ledger.accounts import Account
from app.ledger.exports import formats, making, program_accounts, statement_lines
from app.ledger.exports.ledger_table import ledger_table
from app.ledger.exports.program_accounts import There
from app.ledger.exports.selection import Selection, Total
from app.ledger.exports.snapshot import snapshot
from app.ledger.exports.tables import csv_file
from tests.ledger.entering import a_gift
from tests.ledger.exports.year import BATCH, WHOLE, account_id, books, of_stripe

# What an accounting program is given for these books.
GOLDEN = {
    "xero-statement": """\
Date,Amount,Payee,Description,Reference,Check Number
30/03/2026,25.00,,Card gift received donation:d1,entry 1,
31/03/2026,-0.50,,Charge settled donation:d1,entry 2,
01/04/2026,1234.56,,Card gift received donation:d2,entry 3,
02/04/2026,-10.00,,Refund donation:d2,entry 4,
""",
    "xero-journals": """\
*Narration,*Date,Description,*AccountCode,*TaxRate,*Amount,TrackingName1,TrackingOption1,TrackingName2,TrackingOption2
Entry 1: card gift received (batch b4tch),30/03/2026,donation:d1,200,No VAT,-25.00,,,,
Entry 1: card gift received (batch b4tch),30/03/2026,donation:d1,610,Exempt,25.00,,,,
Entry 2: charge settled (batch b4tch),31/03/2026,donation:d1,610,Exempt,-0.50,,,,
Entry 2: charge settled (batch b4tch),31/03/2026,donation:d1,404,No VAT,0.50,,,,
Entry 3: card gift received (batch b4tch),01/04/2026,donation:d2,200,No VAT,-1234.56,,,,
Entry 3: card gift received (batch b4tch),01/04/2026,donation:d2,610,Exempt,1234.56,,,,
Entry 4: refund (batch b4tch),02/04/2026,donation:d2,610,Exempt,-10.00,,,,
Entry 4: refund (batch b4tch),02/04/2026,donation:d2,200,No VAT,10.00,,,,
""",
    "quickbooks-statement": """\
Date,Description,Amount
30/03/2026,Card gift received donation:d1,25.00
31/03/2026,Charge settled donation:d1,-0.50
01/04/2026,Card gift received donation:d2,1234.56
02/04/2026,Refund donation:d2,-10.00
""",
    "quickbooks-journals": """\
JournalNo,JournalDate,AccountName,Debits,Credits,Description,Name,Class,Location
b4tch-1,30/03/2026,Income:Donations,,25.00,card gift received donation:d1,,,
b4tch-1,30/03/2026,Stripe,25.00,,card gift received donation:d1,,,
b4tch-2,31/03/2026,Stripe,,0.50,charge settled donation:d1,,,
b4tch-2,31/03/2026,Costs:Fees,0.50,,charge settled donation:d1,,,
b4tch-3,01/04/2026,Income:Donations,,1234.56,card gift received donation:d2,,,
b4tch-3,01/04/2026,Stripe,1234.56,,card gift received donation:d2,,,
b4tch-4,02/04/2026,Stripe,,10.00,refund donation:d2,,,
b4tch-4,02/04/2026,Income:Donations,10.00,,refund donation:d2,,,
""",
    "freeagent-statement": """\
30/03/2026,25.00,Card gift received donation:d1
31/03/2026,-0.50,Charge settled donation:d1
01/04/2026,1234.56,Card gift received donation:d2
02/04/2026,-10.00,Refund donation:d2
""",
    "sage-statement": """\
Date,Description,Amount
30/03/2026,Card gift received donation:d1,25.00
31/03/2026,Charge settled donation:d1,-0.50
01/04/2026,Card gift received donation:d2,1234.56
02/04/2026,Refund donation:d2,-10.00
""",
    "sage-50": """\
JC,,4000,,30/03/2026,b4tch-1,card gift received donation:d1,25.00,T9,0.00
JD,,1210,,30/03/2026,b4tch-1,card gift received donation:d1,25.00,T9,0.00
JC,,1210,,31/03/2026,b4tch-2,charge settled donation:d1,0.50,T9,0.00
JD,,7901,,31/03/2026,b4tch-2,charge settled donation:d1,0.50,T9,0.00
JC,,4000,,01/04/2026,b4tch-3,card gift received donation:d2,1234.56,T9,0.00
JD,,1210,,01/04/2026,b4tch-3,card gift received donation:d2,1234.56,T9,0.00
JC,,1210,,02/04/2026,b4tch-4,refund donation:d2,10.00,T9,0.00
JD,,4000,,02/04/2026,b4tch-4,refund donation:d2,10.00,T9,0.00
""",
}

# What our accounts are called in the programs' books: income, Stripe, card fees.
THERE = {
    "xero": (("200", "No VAT"), ("610", "Exempt"), ("404", "No VAT")),
    "quickbooks": (("Income:Donations", ""), ("Stripe", ""), ("Costs:Fees", "")),
    "sage-50": (("4000", "T9"), ("1210", "T9"), ("7901", "T9")),
}


def map_accounts(income="income:appeal:9f2c:gbp", fees="expenses:card-fees:gbp"):
    """Say in every program what the accounts are called there."""
    with writing():
        for program, said in THERE.items():
            for code, there in zip((income, "assets:stripe:gbp", fees), said, strict=True):
                if code:
                    program_accounts.keep(program, account_id(code), There(*there, clearing=False))


def made(name, chosen=WHOLE):
    """A format's file: its name, and its bytes."""
    db.session.rollback()
    with snapshot() as connection:
        if formats.FORMATS[name].one_account:
            lines = list(statement_lines.of_ledger(connection, chosen))
            file = making.of_statement(name, chosen, lines, statement_lines.totals(lines), BATCH)
            return file.name, b"".join(file.pieces)
        file = making.of_ledger(connection, name, chosen, formats.totals_of(connection, name, chosen), BATCH)
        return file.name, b"".join(file.pieces)


def rows(content):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("name", GOLDEN)
def test_an_accounting_program_gets_its_format_to_the_letter(app, name):
    books()
    map_accounts()
    file, content = made(name, of_stripe() if formats.FORMATS[name].one_account else WHOLE)
    assert content.decode() == GOLDEN[name].replace("\n", "\r\n")
    assert file == f"whipround-{name}-2026-01-01-2026-12-31-b4tch.csv"


def test_every_format_for_a_program_is_written_down_here(app):
    assert {name for name in formats.FORMATS if formats.is_for_a_program(name)} == set(GOLDEN)


@pytest.mark.both_databases
def test_the_ledger_as_csv_reads_back_to_the_balances_to_the_penny(app):
    books()
    content = made("ledger-csv")[1]
    assert content.startswith(b"\xef\xbb\xbfentry,line,")
    lines = rows(content)
    assert len(lines) == 10
    sums = {}
    for line in lines:
        assert line["account_name"] != "=1+1"
        minor = int(line["amount"].replace(".", ""))
        sums[line["account"]] = sums.get(line["account"], 0) + minor
    for account in db.session.query(Account):
        held = balances.of([account.id])[account.id]
        assert sums[account.code] == held.in_minor - held.out_minor
    assert lines[0] | {"recorded_at": ""} == {
        "entry": "1", "line": "1", "booked_on": "2026-03-30", "happened_at": "2026-03-30T12:30:00Z", "recorded_at": "",
        "kind": "gift", "memo": "card gift received", "subject": "donation:d1", "source": "stripe:ch_1:received",
        "account": "income:appeal:9f2c:gbp", "account_name": "'=1+1", "account_kind": "income", "currency": "gbp",
        "amount": "-25.00",
    }  # fmt: skip


def test_the_ledger_as_xlsx_has_numbers_days_and_no_formula(app, tmp_path):
    books()
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(made("ledger-xlsx")[1])
    book = openpyxl.load_workbook(path)
    head, *lines = book["ledger"].iter_rows()
    columns = [cell.value for cell in head]
    assert {cell.data_type for line in lines for cell in line} == {"s", "n", "d"}
    amounts = [line[columns.index("amount")].value for line in lines]
    assert [round(amount * 100) for amount in amounts[:4]] == [-2500, 2500, -50, 50]
    assert lines[0][columns.index("booked_on")].value.date() == date(2026, 3, 30)
    assert [cell.value for cell in next(book["Control totals"].iter_rows(min_row=3))] == [
        "GBP", "8 lines", "in 1270.06", "out 1270.06",
    ]  # fmt: skip


@pytest.mark.both_databases
def test_lines_of_some_accounts_and_days_are_those_and_no_others(app):
    books()
    some = Selection(date(2026, 3, 31), date(2026, 4, 1), frozenset([account_id("assets:stripe:gbp")]))
    lines = rows(made("ledger-csv", some)[1])
    assert [(line["account"], line["amount"]) for line in lines] == [
        ("assets:stripe:gbp", "-0.50"),
        ("assets:stripe:gbp", "1234.56"),
    ]


@pytest.mark.parametrize("from_on", [date(2026, 1, 1), date(2026, 4, 1)])
@pytest.mark.parametrize("one_account", [False, True])
def test_beancount_finds_nothing_wrong(app, tmp_path, from_on, one_account):
    books()
    ids = frozenset([account_id("assets:stripe:gbp")]) if one_account else None
    path = tmp_path / "books.beancount"
    path.write_bytes(made("beancount", Selection(from_on, WHOLE.to_on, ids))[1])
    found, errors, _ = loader.load_file(str(path))
    assert errors == []
    asserted = {(each.account, str(each.amount)) for each in found if type(each).__name__ == "Balance"}
    assert ("Assets:Stripe:GBP", "1249.06 GBP") in asserted


@pytest.mark.skipif(not shutil.which("hledger"), reason="hledger is not installed")
@pytest.mark.both_databases
@pytest.mark.parametrize("from_on", [date(2026, 1, 1), date(2026, 4, 1)])
def test_hledger_finds_nothing_wrong(app, tmp_path, from_on):
    books()
    path = tmp_path / "books.journal"
    path.write_bytes(made("hledger", Selection(from_on, WHOLE.to_on))[1])
    check = ["hledger", "-f", path, "check", "--strict", "ordereddates"]
    checked = subprocess.run(check, capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    balance = subprocess.run(
        ["hledger", "-f", path, "bal", "Assets:Stripe:GBP", "-N"], capture_output=True, text=True, check=True
    )
    assert "1249.06 GBP" in balance.stdout


@pytest.mark.skipif(not shutil.which("ledger"), reason="ledger is not installed")
@pytest.mark.parametrize("from_on", [date(2026, 1, 1), date(2026, 4, 1)])
def test_ledger_reads_the_same_file_and_finds_nothing_wrong(app, tmp_path, from_on):
    books()
    path = tmp_path / "books.journal"
    path.write_bytes(made("hledger", Selection(from_on, WHOLE.to_on))[1])
    asked = ["ledger", "--args-only", "--strict", "--pedantic", "-f", path, "bal", "Assets:Stripe:GBP"]
    balance = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (balance.returncode, balance.stderr) == (0, "")
    assert "1249.06 GBP" in balance.stdout


@pytest.mark.parametrize("name", ["beancount", "hledger"])
def test_a_journal_says_its_control_totals_at_its_head(app, name):
    books()
    head = made(name)[1].decode().splitlines()[:3]
    assert head[0] == "; Whipround, batch b4tch, 2026-01-01 to 2026-12-31"
    assert head[2] == "; Control total | GBP | 8 lines | in 1270.06 | out 1270.06"


def test_files_over_a_programs_limit_are_numbered_in_an_archive_with_their_totals(app):
    for number in range(150):
        a_gift(f"test:{number}", 100)
    map_accounts("income:appeal:a:gbp", fees="")
    day = db.session.query(balances.DailyBalance).first().booked_on
    name, content = made("xero-journals", Selection(day, day))
    archive = ZipFile(io.BytesIO(content))
    assert name.endswith(".zip")
    assert [each.rsplit("-", 1)[1] for each in archive.namelist()] == ["001.csv", "002.csv", "totals.txt"]
    files = [archive.read(each).decode().splitlines() for each in archive.namelist()]
    assert [len(lines) for lines in files[:2]] == [299, 3]
    assert files[0][0] == files[1][0]
    narrations = [{line.split(",")[0] for line in lines[1:]} for lines in files[:2]]
    assert narrations[0] & narrations[1] == set()
    assert files[2] == ["Control total | GBP | 300 lines | in 150.00 | out 150.00"]


@pytest.mark.both_databases
def test_a_statement_leaves_out_what_was_posted_and_taken_back_in_its_days(app):
    undone, later = a_gift("test:1", 100), a_gift("test:2", 200)
    with writing():
        reversing.reverse(undone, memo="undone", recorded_by="test")
    mine = frozenset([account_id("assets:stripe:gbp")])
    day = db.session.query(balances.DailyBalance).first().booked_on
    with snapshot() as connection:
        lines = list(statement_lines.of_ledger(connection, Selection(day, day, mine)))
    assert [(each.minor, each.reference) for each in lines] == [(200, f"entry {later}")]


@pytest.mark.both_databases
def test_control_totals_count_the_ends_of_the_chosen_accounts(app):
    books()
    with snapshot() as connection:
        assert formats.totals_of(connection, "ledger-csv", of_stripe()) == [Total("gbp", 4, 125_956, 1050)]
        assert statement_lines.totals(statement_lines.of_ledger(connection, of_stripe())) == [
            Total("gbp", 4, 125_956, 1050)
        ]
        assert formats.totals_of(connection, "xero-journals", of_stripe()) == [Total("gbp", 8, 127_006, 127_006)]


@pytest.mark.both_databases
def test_a_snapshot_goes_on_seeing_what_it_saw_first(app):
    books()
    with snapshot() as connection:
        before = formats.totals_of(connection, "ledger-csv", WHOLE)
        a_gift("test:late")
        assert formats.totals_of(connection, "ledger-csv", WHOLE) == before


@pytest.mark.both_databases
@pytest.mark.parametrize("some", [False, True])
def test_the_lines_are_the_same_whoever_writes_them(app, some):
    """PostgreSQL writes the CSV itself; the rows that the workbook is made of are read by us."""
    books(with_yen=True)
    chosen = WHOLE
    if some:
        ids = frozenset([account_id("income:appeal:9f2c:gbp")])
        chosen = replace(WHOLE, from_on=date(2026, 3, 31), account_ids=ids)
    with snapshot() as connection:
        totals = formats.totals_of(connection, "ledger-csv", chosen)
        read = [list(map(str, row)) for row in ledger_table(connection, chosen, totals).rows]
        written = b"".join(csv_file(ledger_table(connection, chosen, totals))).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(written, newline="")))[1:] == read
    assert written.count("\n") == written.count("\r\n")


def test_books_without_a_line_are_exported_empty(app, tmp_path):
    nothing = Selection(date(2020, 1, 1), date(2020, 1, 31))
    for name, form in formats.FORMATS.items():
        if not form.one_account:
            assert made(name, nothing)[0].endswith(form.suffix)
