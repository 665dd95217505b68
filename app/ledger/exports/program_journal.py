"""Entries for accounting programs, which keep their books in one currency: ours at home."""

from collections.abc import Iterator

from sqlalchemy import Connection

from app.ledger.exports import plain_text
from app.ledger.exports.plain_text import Posting
from app.ledger.exports.selection import Moved, Selection, Total
from app.ledger.exports.statement_lines import british
from app.money import home_currency


def program_entries(connection: Connection, chosen: Selection) -> Iterator[tuple[Moved, str, list[Posting]]]:
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
