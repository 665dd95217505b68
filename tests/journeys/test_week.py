"""A treasurer's week in one sitting: sign in, count, pay in, match the bank's file, close the month, take it out."""

import csv
import json
import re
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from playwright.sync_api import Page, expect

from app.ledger import closing
from tests.journeys.running import Installation, eventually
from tests.journeys.test_by_hand import types_on
from tests.journeys.test_writing import without_fault

pytestmark = pytest.mark.browser


def signs_in(page: Page, whipround: Installation) -> None:
    """With the password and then the app's code, which practice mode shows."""
    page.goto(f"{whipround.base}/office/")
    page.get_by_label("Email address").fill("treasurer@lantern.example")
    page.get_by_label("Password").fill("lantern in practice")
    page.keyboard.press("Enter")
    shown = page.get_by_text(re.compile(r"would show \d{6} now")).inner_text()
    page.get_by_label("Code").fill(re.sub(r"\D", "", shown)[:6])
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="Office")).to_be_visible()


def goes_to(page: Page, *names: str) -> None:
    """By the office's navigation and then by links, as somebody does who knows no addresses."""
    page.get_by_role("navigation", name="Office").get_by_role("link", name=names[0], exact=True).click()
    for name in names[1:]:
        page.get_by_role("link", name=name).click()


def counts(page: Page, day: date) -> None:
    """A street collection of £58.50."""
    goes_to(page, "Collections", "Enter a count")
    page.get_by_label("Date").fill(day.isoformat())
    page.get_by_label("Place").focus()
    types_on(page, "Market Square", "12, 14", "S-901", "", "Tomos Rees")
    # £50, £20, £10, £5, £2, £1, and of 50p three.
    types_on(page, "", "2", "", "1", "", "12", "3")
    expect(page.locator("[data-total]")).to_have_text("£58.50")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Count saved: £58.50 is in the books.")).to_be_visible()


def enters_cheques(page: Page, day: date) -> None:
    """Two, one after the other, of £52.50 together."""
    goes_to(page, "Cheques", "Enter a cheque")
    page.get_by_label("Received on").fill(day.isoformat())
    page.get_by_label("Amount").focus()
    for amount, name in (("40", "Ida Brandt"), ("12.50", "Łucja Okoń")):
        # The second one is of the same day as the first, unless somebody says otherwise.
        expect(page.get_by_label("Amount")).to_be_focused()
        types_on(page, amount, name, "000123")
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"from {name}.")).to_be_visible()


def pays_in(page: Page, day: date) -> None:
    """All that is at hand, with one slip; the front page asks for it, and then no more."""
    goes_to(page, "Today")
    expect(page.get_by_role("link", name="£52.50 in cheques to pay in")).to_be_visible()
    page.get_by_role("link", name="£58.50 in cash to pay in").click()
    for box in page.get_by_role("checkbox").all():
        box.press("Space")
    page.get_by_label("Reference of the paying-in slip").fill("500123")
    page.get_by_label("Paid in on").fill(day.isoformat())
    page.get_by_role("button", name="Pay in selected").click()
    expect(page.get_by_text("Paid in with slip 500123.")).to_be_visible()
    goes_to(page, "Today")
    # The receipts stand here when the worker has printed them, which takes long on a busy machine.
    eventually(lambda: page.reload() and page.locator(".needs__way").count() == 2, 60)
    expect(page.locator(".needs__way")).to_have_text(
        ["£58.50 in cash not yet paid in", "£52.50 in cheques not yet paid in"]
    )


def a_statement(paid_in: date) -> dict[str, object]:
    """What the bank's pages give out: the slip, a charge and money of somebody unknown, the latest first."""
    rows = (
        (paid_in + timedelta(days=9), "T ASHWORTH GOOD LUCK", "25.00", "", "629.00"),
        (paid_in + timedelta(days=4), "ACCOUNT CHARGES", "", "7.00", "604.00"),
        (paid_in + timedelta(days=1), "COUNTER CREDIT 500123", "111.00", "", "611.00"),
    )
    lines = ["Date,Description,Money In,Money Out,Balance", *(",".join(map(str, row)) for row in rows)]
    return {"name": "statement.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode()}


def adds_the_account(page: Page, begins: date, paid_in: date) -> None:
    """With its balance when the books begin, and the bank's file, whose columns are right as they are read."""
    goes_to(page, "Bank", "Add account")
    page.get_by_label("Name").fill("Treasurer’s account")
    page.get_by_label("Last four digits of the account number").fill("1234")
    page.get_by_label(re.compile("^Opening balance")).fill("500")
    page.get_by_label("Date of the opening balance").fill(begins.isoformat())
    page.get_by_role("button", name="Add account").click()
    expect(page.get_by_text("Account added.")).to_be_visible()
    page.locator("input[type=file]").set_input_files(a_statement(paid_in))
    page.get_by_role("button", name="Preview the file").click()
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("button", name="Import 3 lines").click()
    expect(page.get_by_text("3 new lines, 0 already imported.")).to_be_visible()


def matches(page: Page) -> None:
    """The slip's line is what was suggested, the charge is one, and the rest waits for its giver."""
    without_fault(page)
    page.get_by_role("button", name="Yes, match the line of £111.00 with").click()
    for words, button in (("ACCOUNT CHARGES", "Bank charge"), ("T ASHWORTH", "Mark as unidentified")):
        page.locator(".bank-line", has_text=words).get_by_role("button", name=button).click()
    page.get_by_role("link", name="Check that the bank and the books agree").click()
    expect(page.get_by_text("The bank and the books agree.")).to_have_text("The bank and the books agree.")
    for name, amount in (("Balance on the statement", "£629.00"), ("Balance in the books", "£629.00"),
                         ("Difference", "£0.00")):  # fmt: skip
        expect(page.locator("dl.sum > div", has_text=name)).to_contain_text(amount)
    without_fault(page)


def finds_the_unknown(page: Page) -> None:
    """Beside the receipts of two cheques, only what was put aside needs somebody, who could now say whose it is."""
    goes_to(page, "Today")
    expect(page.locator(".needs__way")).to_have_text(
        ["2 paper receipts to hand over or post", "Bank payments from unknown donors"]
    )
    page.locator(".needs__way").last.click()
    page.get_by_role("table").get_by_role("link").click()
    expect(page.get_by_role("button", name="Book as a gift of £25.00")).to_be_visible()


def closes(page: Page, last: date) -> dict[str, list[str]]:
    """The month; each account's debit and credit, as its trial balance shows them."""
    goes_to(page, "Ledger", "Close a month", "Check its trial balance first")
    balances = {
        row.locator(".code").inner_text(): [each.strip() for each in row.locator(".figure").all_inner_texts()]
        for row in page.locator("tr:has(.code)").all()
    }
    goes_to(page, "Ledger", "Close a month")
    page.get_by_role("button", name=f"Close {last:%B %Y} and all earlier months").click()
    expect(page.get_by_text("The books are closed up to and including").first).to_contain_text(
        f"{last.day} {last:%B %Y}"
    )
    return balances


def takes_out(page: Page, name: str, last: date, to: Path) -> Path:
    """The month in one of the forms; the file, once its control totals are seen."""
    goes_to(page, "Exports")
    page.get_by_label("File").select_option(name)
    page.get_by_label("From").fill(last.replace(day=1).isoformat())
    page.get_by_label("To (inclusive)").fill(last.isoformat())
    page.get_by_role("button", name="Check the totals").click()
    expect(page.get_by_role("region", name="Control totals")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the file").click()
    path = to / download.value.suggested_filename
    download.value.save_as(path)
    return path


def pounds(amount: Decimal) -> str:
    return f"£{abs(amount):,.2f}"


def sides(balance: Decimal) -> list[str]:
    """As debit and credit."""
    return [pounds(balance), ""] if balance > 0 else ["", pounds(balance)]


def test_a_week_of_a_small_party_is_done_from_the_first_coin_to_the_file_for_the_accountant(
    page: Page, example: Installation, tmp_path: Path
) -> None:
    last = closing.next_to_close()
    assert last
    first = last.replace(day=1)
    signs_in(page, example)
    counts(page, first + timedelta(days=2))
    enters_cheques(page, first + timedelta(days=4))
    pays_in(page, first + timedelta(days=7))
    adds_the_account(page, first, first + timedelta(days=7))
    matches(page)
    finds_the_unknown(page)
    shown = closes(page, last)

    ledger = takes_out(page, "ledger-csv", last, tmp_path)
    totals = page.get_by_role("region", name="Control totals").locator("tbody td").all_inner_texts()
    with ledger.open(encoding="utf-8-sig", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["account"]]
    amounts = [Decimal(row["amount"]) for row in rows]
    came, left = (sum(each for each in amounts if each * sign > 0) for sign in (1, -1))
    assert totals == [str(len(rows)), pounds(came), pounds(left)]
    by_account: dict[str, Decimal] = defaultdict(Decimal)
    for row, amount in zip(rows, amounts, strict=True):
        by_account[row["account"]] += amount
    assert {code: sides(balance) for code, balance in by_account.items()} == shown

    journal = takes_out(page, "beancount", last, tmp_path)
    entries, errors, _options = loader.load_file(str(journal))
    assert errors == []
    held = {each.account: str(each.amount) for each in entries if type(each).__name__ == "Balance"}
    assert (held["Assets:Bank:GBP"], held["Liabilities:Unidentified:GBP"]) == ("629.00 GBP", "-25.00 GBP")
    assert json.loads(example.flask("books", "verify", "--json"))["clean"]
