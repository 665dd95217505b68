"""Xero: bank statements and manual journals, as its imports take them (help.xero.com/uk/ManualJournalsImport).

QuickBooks Online: bank statements of three columns, and journals by accounts' names, as its imports take them.

Sage: bank statements for Sage Accounting, and an audit trail of journals for Sage 50, as their imports take them.

FreeAgent: bank statements without a head, without commas and without quotation marks, as its import takes them.

Entries for accounting programs, which keep their books in one currency: ours at home.

Files that stay under a program's limits: as many as it takes, each with its head, none cutting an entry in two.
"""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from app.ledger.exports import plain_text, program_accounts
from app.ledger.exports.plain_text import Posting
from app.ledger.exports.selection import ExportedTransfer, Selection, Total
from app.ledger.exports.statement_lines import StatementLine, british, pieces, written
from app.ledger.exports.tables import amount, guarded, plain_line
from app.money import home_currency

Rows = Sequence[Sequence[str]]


def split(
    head: Rows, groups: Iterable[Rows], *, lines: int | None = None, octets: int | None = None
) -> Iterator[bytes]:
    """The files that hold the groups of rows, in order; what belongs together stays in one file.

    A file has at most `lines` lines and at most `octets` bytes, its head included. There is always a first file.
    """
    top = written(head)
    held, count = [top], len(head)
    size = len(top)
    for group in groups:
        piece = written(group)
        too_long = lines is not None and count + len(group) > lines
        too_large = octets is not None and size + len(piece) > octets
        if (too_long or too_large) and len(held) > 1:
            yield b"".join(held)
            held, count, size = [top], len(head), len(top)
        held.append(piece)
        count += len(group)
        size += len(piece)
    yield b"".join(held)


def program_entries(connection: Connection, chosen: Selection) -> Iterator[tuple[ExportedTransfer, str, list[Posting]]]:
    """Each entry's first transfer, its day as 01/07/2026, and its postings in the home currency.

    Every transfer is of one currency, so what is left of an entry still balances.
    """
    home = home_currency()
    for first, postings in plain_text.entries(connection, chosen):
        at_home = [each for each in postings if each.currency == home]
        if at_home:
            yield first, british(first.booked_on), at_home


def at_home(totals: list[Total]) -> list[Total]:
    """The control totals of what such a file holds."""
    return [total for total in totals if total.currency == home_currency()]


_STATEMENT = ("Date", "Amount", "Payee", "Description", "Reference", "Check Number")
_JOURNAL = (
    "*Narration",
    "*Date",
    "Description",
    "*AccountCode",
    "*TaxRate",
    "*Amount",
    "TrackingName1",
    "TrackingOption1",
    "TrackingName2",
    "TrackingOption2",
)
# A statement has at most 1,000 lines, a file of journals at most 300; the head counts as one of them.
_MOST_STATEMENT, _MOST_JOURNAL = 1000, 300


def xero_statement(lines: Iterable[StatementLine], _batch: str) -> Iterator[bytes]:
    """The files of a bank statement: one signed amount, plus for money in."""
    rows = (
        [
            [
                each.day,
                amount(each.minor, each.currency),
                guarded(each.payee),
                guarded(each.words),
                guarded(each.reference),
                "",
            ]
        ]
        for each in lines
    )
    return split([_STATEMENT], rows, lines=_MOST_STATEMENT)


def xero_journals(connection: Connection, chosen: Selection, batch: str) -> Iterator[bytes]:
    """The files of manual journals: debits positive, credits negative.

    Lines of the same narration and date become one journal, so each entry's number is in its narration.
    """
    there = program_accounts.of(connection, "xero")
    groups = (
        [
            [
                f"Entry {first.entry_id}: {first.memo} (batch {batch})",
                day,
                guarded(first.subject),
                there[each.account_id].code,
                there[each.account_id].tax_rate,
                amount(each.minor, each.currency),
                "",
                "",
                "",
                "",
            ]
            for each in postings
        ]
        for first, day, postings in program_entries(connection, chosen)
    )
    return split([_JOURNAL], groups, lines=_MOST_JOURNAL)


_QUICKBOOKS_JOURNAL = (
    "JournalNo",
    "JournalDate",
    "AccountName",
    "Debits",
    "Credits",
    "Description",
    "Name",
    "Class",
    "Location",
)
# 350 KB, counted in thousands to be on the safe side.
_MOST = 350_000


def quickbooks_statement(lines: Iterable[StatementLine], _batch: str) -> Iterator[bytes]:
    """The files of a bank statement: minus for money out. A description begins with words, never with a number."""
    rows = ([[each.day, plain_line(each.said, 200), amount(each.minor, each.currency)]] for each in lines)
    return split([("Date", "Description", "Amount")], rows, octets=_MOST)


def quickbooks_journals(connection: Connection, chosen: Selection, batch: str) -> Iterator[bytes]:
    """The files of journals: each amount is a debit or a credit, and the other one is left blank."""
    there = program_accounts.of(connection, "quickbooks")
    groups = (
        [
            [
                f"{batch}-{first.entry_id}",
                day,
                guarded(there[each.account_id].code),
                amount(each.minor, each.currency) if each.minor > 0 else "",
                amount(-each.minor, each.currency) if each.minor < 0 else "",
                guarded(f"{first.memo} {first.subject}"),
                "",
                "",
                "",
            ]
            for each in postings
        ]
        for first, day, postings in program_entries(connection, chosen)
    )
    return split([_QUICKBOOKS_JOURNAL], groups, octets=_MOST)


def sage_statement(lines: Iterable[StatementLine], _batch: str) -> Iterator[bytes]:
    """The pieces of the one file of a bank statement in three columns: minus for money out."""
    rows = ([[each.day, plain_line(each.said, 200), amount(each.minor, each.currency)]] for each in lines)
    return pieces([[("Date", "Description", "Amount")]], rows)


def sage_journals(connection: Connection, chosen: Selection, batch: str) -> Iterator[bytes]:
    """The pieces of the one file for Sage 50, without a head: JD for debits, JC for credits, amounts always positive.

    The reference has at most 30 characters and the details at most 60.
    """
    there = program_accounts.of(connection, "sage-50")
    groups = (
        [
            [
                "JD" if each.minor > 0 else "JC",
                "",
                there[each.account_id].code,
                "",
                day,
                f"{batch}-{first.entry_id}"[:30],
                plain_line(f"{first.memo} {first.subject}", 60),
                amount(abs(each.minor), each.currency),
                there[each.account_id].tax_rate,
                amount(0, each.currency),
            ]
            for each in postings
        ]
        for first, day, postings in program_entries(connection, chosen)
    )
    return pieces([], groups)


def freeagent_statement(lines: Iterable[StatementLine], _batch: str) -> Iterator[bytes]:
    """The pieces of the one file of a bank statement: day, amount with minus for money out, one line of words."""
    rows = ([[each.day, amount(each.minor, each.currency), plain_line(each.said, 200)]] for each in lines)
    return pieces([], rows)
