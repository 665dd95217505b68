"""A year of gifts, taken out in every way that can be checked by somebody else's program.

2,000 gifts by default; `YEAR=100000` looks at a year of a large organisation.
"""

import csv
import os
import shutil
import subprocess
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pytest
from beancount import loader

from app.database import db, writing
from app.ledger import accounts, balances, verifying
from app.ledger.accounts import Account
from app.ledger.exports import formats, making
from app.ledger.exports.selection import Selection
from app.ledger.exports.snapshot import snapshot
from tests.ledger.entering import enter

GIFTS = int(os.environ.get("YEAR", "2000"))
YEAR = Selection(date(2025, 1, 1), date(2025, 12, 31))
LATER = Selection(date(2025, 7, 1), date(2025, 12, 31))


@pytest.fixture
def year(app):
    """Gifts to three appeals over the year, each with its fee, every twentieth given back, and payouts each week."""
    with writing():
        for name in "abc":
            accounts.open_account(f"income:appeal:{name}:gbp", "income", f"=Appeal {name}", "gbp")
    appeals = [f"income:appeal:{name}:gbp" for name in "abc"]
    stripe, transit, fees = "assets:stripe", "assets:in-transit", "expenses:card-fees"
    begin, step = datetime(2025, 1, 1, 1, tzinfo=UTC), timedelta(days=364) / GIFTS
    for start in range(0, GIFTS, 5000):
        with writing():
            for number in range(start, min(start + 5000, GIFTS)):
                at, subject = begin + number * step, f"donation:{number:06d}"
                minor, appeal = 500 + number * 37 % 9500, appeals[number % 3]
                enter(f"stripe:ch_{number}:received", [(appeal, stripe, minor)], subject=subject, occurred_at=at)
                fee = {"kind": "settled", "memo": "charge settled", "subject": subject, "occurred_at": at}
                enter(f"stripe:txn_{number}:fee", [(stripe, fees, 20 + minor // 70)], **fee)
                if number % 20 == 7:
                    back = {"kind": "refund", "memo": "refund", "subject": subject, "occurred_at": at}
                    enter(f"stripe:txn_r{number}:refund", [(stripe, appeal, minor // 2)], **back)
                if number % (GIFTS // 52) == 0:
                    paid = {"kind": "payout", "memo": "payout", "subject": f"payout:po_{number}", "occurred_at": at}
                    enter(f"stripe:txn_p{number}:payout", [(stripe, transit, 100)], **paid)
    return app


def taken_out(folder, name, chosen=YEAR):
    """The file of a format."""
    with snapshot() as connection:
        made = making.of_ledger(connection, name, chosen, formats.totals_of(connection, name, chosen), "b4tch")
        path = folder / made.name
        with path.open("wb") as file:
            file.writelines(made.pieces)
    return path


def held():
    """What each account holds, from the balances."""
    every = db.session.query(Account).all()
    sums = balances.of([each.id for each in every])
    return {each.code: sums[each.id].in_minor - sums[each.id].out_minor for each in every}


def test_the_year_is_the_same_in_every_file_to_the_penny(year, tmp_path):
    assert verifying.faults() == []
    in_csv, in_xlsx = Counter(), Counter()
    with taken_out(tmp_path, "ledger-csv").open(newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            in_csv[row["account"]] += int(Decimal(row["amount"]) * 100)
    book = openpyxl.load_workbook(taken_out(tmp_path, "ledger-xlsx"), read_only=True)
    for sheet in book.worksheets[:-1]:
        rows = sheet.iter_rows(values_only=True)
        columns = next(rows)
        account, amount = columns.index("account"), columns.index("amount")
        for row in rows:
            in_xlsx[row[account]] += round(row[amount] * 100)
    book.close()
    assert in_csv == in_xlsx == held()


def test_beancount_and_hledger_find_the_year_whole(year, tmp_path, subtests):
    for name, chosen in (("the whole year", YEAR), ("its second half", LATER)):
        with subtests.test("bean-check", chosen=name):
            found, errors, _ = loader.load_file(str(taken_out(tmp_path, "beancount", chosen)))
            assert errors == []
            assert sum(type(each).__name__ == "Balance" for each in found) >= 6 * 6
        with subtests.test("hledger", chosen=name):
            if not shutil.which("hledger"):
                pytest.skip("hledger is not installed")
            path = taken_out(tmp_path, "hledger", chosen)
            check = ["hledger", "-f", path, "check", "--strict", "ordereddates"]
            checked = subprocess.run(check, capture_output=True, text=True)
            assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
@pytest.mark.parametrize("name", ["ledger-csv", "ledger-xlsx"])
def test_libreoffice_opens_it_and_finds_no_formula(year, tmp_path, name):
    few = Selection(date(2025, 1, 1), date(2025, 1, 5))
    path = taken_out(tmp_path, name, few)
    home = f"-env:UserInstallation=file://{tmp_path / 'office'}"
    opened = ["soffice", home, "--headless", "--convert-to", "fods", "--outdir", tmp_path, path]
    subprocess.run(opened, check=True, capture_output=True, timeout=120)
    sheet = path.with_suffix(".fods").read_text()
    assert "table:formula" not in sheet
    assert "=Appeal" in sheet
    assert 'office:value-type="float"' in sheet
