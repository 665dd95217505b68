"""Reading a bank's file: which form it has, and a plain word for what it is when it is none that we can take."""

from dataclasses import dataclass

from app.banking import camt_lines, csv_guessing, csv_lines, csv_table, mapping, ofx_lines
from app.banking.account import BankAccount
from app.banking.as_read import NotReadable, Read
from app.banking.csv_table import Table
from app.banking.mapping import Mapping

CSV, OFX, CAMT = "csv", "ofx", "camt.053"

# In bytes: years of a small organisation's payments, and seconds of reading.
LARGEST = 3_000_000

# How files begin that people take for statements, and what they are.
_OTHERS = (
    (b"%PDF", "pdf"),
    (b"PK\x03\x04", "spreadsheet"),
    (b"\xd0\xcf\x11\xe0", "spreadsheet"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"!Type:", "qif"),
    (b":20:", "mt940"),
    (b"{1:", "mt940"),
)


@dataclass(frozen=True, slots=True)
class NeedsMapping:
    """A CSV file whose columns nobody has explained yet: its table, and what we would guess."""

    table: Table
    guess: Mapping | None


def form_of(body: bytes) -> str:
    """Which of the forms a file has. Raises `NotReadable` with what it is instead."""
    if len(body) > LARGEST:
        raise NotReadable("too-large")
    start = body[:3000].lstrip(b"\xef\xbb\xbf \r\n\t")
    if not start:
        raise NotReadable("empty")
    for mark, what in _OTHERS:
        if start.startswith(mark):
            raise NotReadable(what)
    head = start.lower()
    if b"<ofx>" in body.lower() or head.startswith(b"ofxheader"):
        return OFX
    if b"camt.053" in head:
        return CAMT
    if b"camt.05" in head:
        raise NotReadable("not-a-statement")
    if b"<html" in head or b"<!doctype html" in head:
        raise NotReadable("web-page")
    if head.startswith(b"<"):
        raise NotReadable("unknown-xml")
    if b"\x00" in body and not start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotReadable("unknown")
    return CSV


def read(body: bytes, account: BankAccount, columns: Mapping | None = None) -> Read | NeedsMapping:
    """Read a file for an account; a CSV file by `columns`, or by what was kept for files of its shape.

    Raises `NotReadable`.
    """
    form = form_of(body)
    if form == OFX:
        return ofx_lines.read(body, account.currency, account.last_digits)
    if form == CAMT:
        return camt_lines.read(body, account.currency, account.last_digits)
    table = csv_table.read(body)
    columns = columns or mapping.kept(account.id, table.shape)
    if columns is None:
        return NeedsMapping(table, csv_guessing.guess(table, account.currency))
    return csv_lines.read(table, columns, account.currency)
