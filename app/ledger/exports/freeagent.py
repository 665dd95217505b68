"""FreeAgent: bank statements without a head, without commas and without quotation marks, as its import takes them."""

from collections.abc import Iterator

from sqlalchemy import Connection

from app.ledger.exports.bank_lines import bank_lines, pieces
from app.ledger.exports.cells import amount, plain_line
from app.ledger.exports.selection import Selection


def statement(connection: Connection, chosen: Selection, _batch: str) -> Iterator[bytes]:
    """The pieces of the one file of a bank statement: day, amount with minus for money out, one line of words."""
    rows = (
        [[each.day, amount(each.minor, each.currency), plain_line(each.words, 200)]]
        for each in bank_lines(connection, chosen)
    )
    return pieces([], rows)
