"""Xero: bank statements and manual journals, as its imports take them (help.xero.com/uk/ManualJournalsImport)."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from app.ledger.exports import program_accounts
from app.ledger.exports.program_journal import program_entries
from app.ledger.exports.selection import Selection
from app.ledger.exports.split import split
from app.ledger.exports.statement_lines import StatementLine
from app.ledger.exports.tables import amount, guarded

_STATEMENT = ("Date", "Amount", "Payee", "Description", "Reference", "Check Number")
_JOURNAL = (
    "*Narration", "*Date", "Description", "*AccountCode", "*TaxRate", "*Amount",
    "TrackingName1", "TrackingOption1", "TrackingName2", "TrackingOption2",
)  # fmt: skip
# A statement has at most 1,000 lines, a file of journals at most 300; the head counts as one of them.
_MOST_STATEMENT, _MOST_JOURNAL = 1000, 300


def statement(lines: Iterable[StatementLine], _batch: str) -> Iterator[bytes]:
    """The files of a bank statement: one signed amount, plus for money in."""
    rows = (
        [[each.day, amount(each.minor, each.currency), guarded(each.payee), guarded(each.words),
          guarded(each.reference), ""]]
        for each in lines
    )  # fmt: skip
    return split([_STATEMENT], rows, lines=_MOST_STATEMENT)


def journals(connection: Connection, chosen: Selection, batch: str) -> Iterator[bytes]:
    """The files of manual journals: debits positive, credits negative.

    Lines of the same narration and date become one journal, so each entry's number is in its narration.
    """
    there = program_accounts.of(connection, "xero")
    groups = (
        [
            [
                f"Entry {first.entry_id}: {first.memo} (batch {batch})", day, guarded(first.subject),
                there[each.account_id].code, there[each.account_id].tax_rate, amount(each.minor, each.currency),
                "", "", "", "",
            ]
            for each in postings
        ]
        for first, day, postings in program_entries(connection, chosen)
    )  # fmt: skip
    return split([_JOURNAL], groups, lines=_MOST_JOURNAL)
