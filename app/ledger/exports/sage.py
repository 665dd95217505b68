"""Sage: bank statements for Sage Accounting, and an audit trail of journals for Sage 50, as their imports take them."""

from collections.abc import Iterator

from sqlalchemy import Connection

from app.ledger.exports import selection
from app.ledger.exports.bank_lines import bank_lines, pieces
from app.ledger.exports.cells import amount, plain_line
from app.ledger.exports.program_journal import program_entries
from app.ledger.exports.selection import Selection

# Outside the scope of VAT, as gifts are.
_NO_TAX = "T9"


def statement(connection: Connection, chosen: Selection, _batch: str) -> Iterator[bytes]:
    """The pieces of the one file of a bank statement in three columns: minus for money out."""
    rows = (
        [[each.day, plain_line(each.words, 200), amount(each.minor, each.currency)]]
        for each in bank_lines(connection, chosen)
    )
    return pieces([[("Date", "Description", "Amount")]], rows)


def audit_trail(connection: Connection, chosen: Selection, batch: str) -> Iterator[bytes]:
    """The pieces of the one file for Sage 50, without a head: JD for debits, JC for credits, amounts always positive.

    The reference has at most 30 characters and the details at most 60.
    """
    accounts = selection.accounts(connection)
    groups = (
        [
            [
                "JD" if each.minor > 0 else "JC", "", accounts[each.account_id].code, "", day,
                f"{batch}-{first.entry_id}"[:30], plain_line(f"{first.memo} {first.subject}", 60),
                amount(abs(each.minor), each.currency), _NO_TAX, amount(0, each.currency),
            ]
            for each in postings
        ]
        for first, day, postings in program_entries(connection, chosen)
    )  # fmt: skip
    return pieces([], groups)
