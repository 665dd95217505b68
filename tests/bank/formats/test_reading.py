"""Reading banks' files: every form and every bank's columns come to the same payments."""

from datetime import date
from pathlib import Path

import pytest

from app.bank.account import BankAccount
from app.bank.formats import detecting
from app.bank.formats.contents import NOTHING, PENDING, LeftOut, NotReadable, ReadFile
from app.bank.formats.detecting import NeedsMapping
from app.money import Money

FILES = Path(__file__).parents[1] / "files"
CSVS = ("barclays", "lloyds", "hsbc", "cooperative", "starling", "monzo", "nationwide", "german")
STATEMENTS = ("statement.ofx", "statement2.ofx", "statement.camt053.xml", "statement8.camt053.xml")
WITH_BALANCE = {"lloyds", "cooperative", "starling", "nationwide", "german"}

THE_WEEK = {
    (date(2026, 7, 2), 125_000): 1,
    (date(2026, 7, 6), 1000): 2,
    (date(2026, 7, 6), -650): 1,
    (date(2026, 7, 7), 9800): 1,
}


def gbp(minor: int) -> Money:
    return Money(minor, "gbp")


def an_account(**changes: object) -> BankAccount:
    values: dict[str, object] = {"id": 1, "name": "Treasurer", "currency": "gbp", "last_digits": "1234"}
    return BankAccount(**{**values, **changes})


def read_by_guess(body: bytes, **changes: object) -> ReadFile:
    """As when somebody keeps the columns as they were guessed."""
    account = an_account(**changes)
    found = detecting.read(body, account)
    if isinstance(found, NeedsMapping):
        assert found.guess is not None
        found = detecting.read(body, account, found.guess)
    assert isinstance(found, ReadFile)
    return found


def counted(read: ReadFile) -> dict[tuple[date, int], int]:
    days = [(line.day, line.amount.minor) for line in read.lines]
    return {each: days.count(each) for each in days}


@pytest.mark.parametrize("bank", CSVS)
def test_the_columns_of_a_bank_are_found_by_themselves(app, bank):
    read = read_by_guess((FILES / f"{bank}.csv").read_bytes())
    assert counted(read) == THE_WEEK
    assert read.left_out == []
    (stripe,) = [line for line in read.lines if line.amount == gbp(9800)]
    assert "STRIPE-PO91" in stripe.details
    if bank in WITH_BALANCE:
        assert (read.opening, read.closing, read.closing_on) == (gbp(50_000), gbp(186_150), date(2026, 7, 7))
    else:
        assert read.closing is None


@pytest.mark.parametrize("file", STATEMENTS)
def test_statements_of_either_standard_and_version_come_to_the_same(file):
    read = read_by_guess((FILES / file).read_bytes())
    assert counted(read) == THE_WEEK
    assert (read.closing, read.closing_on) == (gbp(186_150), date(2026, 7, 8))
    assert read.last_digits == "1234"
    assert len({line.bank_id for line in read.lines}) == 5
    (stripe,) = [line for line in read.lines if line.amount == gbp(9800)]
    assert (stripe.payer.casefold(), stripe.details) == ("stripe payments uk", "STRIPE-PO91")


def test_what_a_bank_only_announces_is_left_out_and_said_to_be():
    assert read_by_guess((FILES / "statement.camt053.xml").read_bytes()).left_out == [
        LeftOut("Announced 5.00", PENDING, "PDNG")
    ]


def test_an_escaped_character_is_itself_again():
    payers = [line.payer for line in read_by_guess((FILES / "statement.ofx").read_bytes()).lines]
    assert payers[0] == "T ASHWORTH & SONS"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_encoding_that_banks_use_is_read(app, encoding):
    body = "Date,Description,Amount\r\n01/07/2026,Café £5,5.00\r\n".encode(encoding)
    (line,) = read_by_guess(body).lines
    assert line.details == "Café £5"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"  \r\n", "empty"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"PK\x03\x04rest of a workbook", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "spreadsheet"),
        (b"\x89PNG\r\n", "picture"),
        (b"!Type:Bank\n", "no-payments"),
        (b":20:STARTUMSE\n", "no-payments"),
        (b"<!DOCTYPE html><html><body>Sign in", "sign-in"),
        (b"<!DOCTYPE html><html><body>Our rates", "web-page"),
        (b"<html><table><tr><td>Date</td><td>5.00</td></tr></table>", "html-table"),
        (b"<?xml version='1.0'?><invoice/>", "unknown-xml"),
        (b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.052.001.02'/>", "not-a-statement"),
        (b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'>", "broken"),
        (b"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.02'/>", "no-payments"),
        (b"OFXHEADER:100\n\n<OFX></OFX>", "no-payments"),
        (b"OFXHEADER:100\n\n<OFX><BANKMSGSRSV1>", "broken"),
        (b"a letter to the treasurer", "no-table"),
        (b"\x00\x01\x02\x03", "unknown"),
        (b"x" * 3_000_001, "too-large"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_called_what_it_is(app, body, reason):
    with pytest.raises(NotReadable) as refused:
        read_by_guess(body)
    assert refused.value.reason == reason


@pytest.mark.parametrize("file", STATEMENTS)
def test_a_statement_of_another_account_or_currency_is_refused(file):
    body = (FILES / file).read_bytes()
    with pytest.raises(NotReadable, match="other-account"):
        read_by_guess(body, last_digits="9999")
    with pytest.raises(NotReadable, match="other-currency"):
        read_by_guess(body, currency="eur")


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    b'<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><Stmt><Ntry>'
    b"<AddtlNtryInf>&b;&f;</AddtlNtryInf></Ntry></Stmt></Document>"
)


def test_no_entity_is_ever_expanded():
    with pytest.raises(NotReadable, match="broken"):
        read_by_guess(BOMB)


@pytest.mark.parametrize(
    ("row", "reason", "where"),
    [
        ("31/06/2026,Someone,5.00", "day", "3: 31/06/2026"),
        ("01/07/2026,Someone,1e3", "amount", "3: 1e3"),
        ("01/07/2026,Someone,5.001", "amount", "3: 5.001"),
    ],
)
def test_one_row_that_cannot_be_read_stops_the_file_and_is_quoted(app, row, reason, where):
    whole = "Date,Description,Amount\n01/07/2026,A,5.00\n"
    found = detecting.read(whole.encode(), an_account())
    with pytest.raises(NotReadable) as refused:
        detecting.read(f"{whole}{row}\n".encode(), an_account(), found.guess)
    assert (refused.value.reason, refused.value.where) == (reason, where)
    assert where not in str(refused.value)


def test_a_row_without_a_payment_is_left_out_and_said_to_be(app):
    read = read_by_guess(b"Date,Description,Amount\n01/07/2026,A,5.00\n02/07/2026,Note,\n,Total,5.00\n\n")
    assert len(read.lines) == 1
    assert read.left_out == [LeftOut("3: 02/07/2026 Note", NOTHING), LeftOut("4: Total 5.00", NOTHING)]


def test_a_batch_is_one_line_of_its_whole_amount():
    body = (FILES / "statement.camt053.xml").read_text()
    batch = body.replace("</TxDtls>", "</TxDtls><TxDtls><RmtInf><Ustrd>AND MORE</Ustrd></RmtInf></TxDtls>", 1)
    first = read_by_guess(batch.encode()).lines[0]
    assert (first.amount, first.details) == (gbp(125_000), "GOOD LUCK AND MORE")
