"""FreeAgent: bank statements without a head, without commas and without quotation marks, as its import takes them."""

from collections.abc import Iterable, Iterator

from app.ledger.exports.statement_lines import StatementLine, pieces
from app.ledger.exports.tables import amount, plain_line


def statement(lines: Iterable[StatementLine], _batch: str) -> Iterator[bytes]:
    """The pieces of the one file of a bank statement: day, amount with minus for money out, one line of words."""
    rows = ([[each.day, amount(each.minor, each.currency), plain_line(each.said, 200)]] for each in lines)
    return pieces([], rows)
