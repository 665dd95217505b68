"""What one account did, line by line, as a bank's statement would show it: for programs that take bank statements."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import chain, islice

from sqlalchemy import Connection

from app.ledger.exports import selection
from app.ledger.exports.selection import Selection


class OneAccountOnly(ValueError):
    """A bank statement is of one account."""


@dataclass(frozen=True, slots=True)
class BankLine:
    """One line: `day` as 01/07/2026, `minor` positive for money in; `words` begin with a word and name no donor."""

    entry_id: int
    day: str
    minor: int
    currency: str
    words: str
    subject: str


def bank_lines(connection: Connection, chosen: Selection) -> Iterator[BankLine]:
    """The lines of the one account that was chosen. Raises `OneAccountOnly`."""
    if chosen.account_ids is None or len(chosen.account_ids) != 1:
        raise OneAccountOnly
    (account_id,) = chosen.account_ids
    for each in selection.moved(connection, chosen):
        minor = each.amount_minor if each.to_id == account_id else -each.amount_minor
        words = f"{each.memo[:1].upper()}{each.memo[1:]} {each.subject}"
        yield BankLine(each.entry_id, british(each.booked_on), minor, each.currency, words, each.subject)


def british(day: str) -> str:
    """'2026-07-01' as 01/07/2026."""
    return f"{day[8:]}/{day[5:7]}/{day[:4]}"


def written(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV with CRLF, quoted only where they must be."""
    page = StringIO()
    csv.writer(page, lineterminator="\r\n").writerows(rows)
    return page.getvalue().encode()


def pieces(head: Iterable[Sequence[Sequence[str]]], groups: Iterable[Sequence[Sequence[str]]]) -> Iterator[bytes]:
    """One file without a limit, in pieces: its head, then the groups of rows as they are read."""
    rows = (row for group in chain(head, groups) for row in group)
    while run := list(islice(rows, 2000)):
        yield written(run)
