"""QuickBooks Online: bank statements of three columns, and journals by accounts' names, as its imports take them."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from app.ledger.exports import program_accounts
from app.ledger.exports.program_journal import program_entries
from app.ledger.exports.selection import Selection
from app.ledger.exports.split import split
from app.ledger.exports.statement_lines import StatementLine
from app.ledger.exports.tables import amount, guarded, plain_line

_JOURNAL = (
    "JournalNo", "JournalDate", "AccountName", "Debits", "Credits", "Description", "Name", "Class", "Location",
)  # fmt: skip
# 350 KB, counted in thousands to be on the safe side.
_MOST = 350_000


def statement(lines: Iterable[StatementLine], _batch: str) -> Iterator[bytes]:
    """The files of a bank statement: minus for money out. A description begins with words, never with a number."""
    rows = ([[each.day, plain_line(each.said, 200), amount(each.minor, each.currency)]] for each in lines)
    return split([("Date", "Description", "Amount")], rows, octets=_MOST)


def journals(connection: Connection, chosen: Selection, batch: str) -> Iterator[bytes]:
    """The files of journals: each amount is a debit or a credit, and the other one is left blank."""
    there = program_accounts.of(connection, "quickbooks")
    groups = (
        [
            [
                f"{batch}-{first.entry_id}", day, guarded(there[each.account_id].code),
                amount(each.minor, each.currency) if each.minor > 0 else "",
                amount(-each.minor, each.currency) if each.minor < 0 else "",
                guarded(f"{first.memo} {first.subject}"), "", "", "",
            ]
            for each in postings
        ]
        for first, day, postings in program_entries(connection, chosen)
    )  # fmt: skip
    return split([_JOURNAL], groups, octets=_MOST)
