"""Sage: bank statements for Sage Accounting, and an audit trail of journals for Sage 50, as their imports take them."""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from app.ledger.exports import program_accounts
from app.ledger.exports.program_journal import program_entries
from app.ledger.exports.selection import Selection
from app.ledger.exports.statement_lines import StatementLine, pieces
from app.ledger.exports.tables import amount, plain_line


def statement(lines: Iterable[StatementLine], _batch: str) -> Iterator[bytes]:
    """The pieces of the one file of a bank statement in three columns: minus for money out."""
    rows = ([[each.day, plain_line(each.said, 200), amount(each.minor, each.currency)]] for each in lines)
    return pieces([[("Date", "Description", "Amount")]], rows)


def audit_trail(connection: Connection, chosen: Selection, batch: str) -> Iterator[bytes]:
    """The pieces of the one file for Sage 50, without a head: JD for debits, JC for credits, amounts always positive.

    The reference has at most 30 characters and the details at most 60.
    """
    there = program_accounts.of(connection, "sage-50")
    groups = (
        [
            [
                "JD" if each.minor > 0 else "JC", "", there[each.account_id].code, "", day,
                f"{batch}-{first.entry_id}"[:30], plain_line(f"{first.memo} {first.subject}", 60),
                amount(abs(each.minor), each.currency), there[each.account_id].tax_rate, amount(0, each.currency),
            ]
            for each in postings
        ]
        for first, day, postings in program_entries(connection, chosen)
    )  # fmt: skip
    return pieces([], groups)
