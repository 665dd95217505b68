"""The lines of a statement of one account, for programs that take bank statements.

A bank's account has its own lines, which the bank's statement gave (`app/banking`); any other account is shown as the
ledger has it, without what was posted and taken back in the same days.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, select

from app.ledger.entries import Entry
from app.ledger.exports import selection
from app.ledger.exports.selection import Selection, Total

_E: Any = Entry.__table__


class OneAccountOnly(ValueError):
    """A bank statement is of one account."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line: `day` as 01/07/2026, `minor` positive for money in; who paid or was paid, what the bank says of it,
    and what tells it from every other line."""

    day: str
    minor: int
    currency: str
    payee: str
    words: str
    reference: str

    @property
    def said(self) -> str:
        """Payee and words together, for programs that have one column for both."""
        return " ".join(part for part in (self.payee, self.words) if part)


def of_ledger(connection: Connection, chosen: Selection) -> Iterator[StatementLine]:
    """The one chosen account as the ledger has it; nobody is named. Raises `OneAccountOnly`."""
    if chosen.account_ids is None or len(chosen.account_ids) != 1:
        raise OneAccountOnly
    (account_id,) = chosen.account_ids
    undone = _undone(connection, chosen)
    for each in selection.moved(connection, chosen):
        if each.entry_id not in undone:
            minor = each.amount_minor if each.to_id == account_id else -each.amount_minor
            words = f"{each.memo[:1].upper()}{each.memo[1:]} {each.subject}"
            yield StatementLine(british(each.booked_on), minor, each.currency, "", words, f"entry {each.entry_id}")


def totals(lines: Iterable[StatementLine]) -> list[Total]:
    """The control totals of these lines, by currency."""
    sums: dict[str, list[int]] = {}
    for each in lines:
        total = sums.setdefault(each.currency, [0, 0, 0])
        total[0] += 1
        total[1 if each.minor > 0 else 2] += abs(each.minor)
    return [Total(currency, *sums[currency]) for currency in sorted(sums)]


def british(day: str | date) -> str:
    """'2026-07-01' as 01/07/2026."""
    said = str(day)
    return f"{said[8:]}/{said[5:7]}/{said[:4]}"


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


def _undone(connection: Connection, chosen: Selection) -> set[int]:
    """Entries that were reversed within the chosen days, and their reversals."""
    back = _E.alias()
    pairs = (
        select(back.c.id, _E.c.id)
        .join_from(back, _E, _E.c.id == back.c.reverses_id)
        .where(
            back.c.booked_on.between(chosen.from_on, chosen.to_on),
            _E.c.booked_on.between(chosen.from_on, chosen.to_on),
        )
    )
    return {entry_id for pair in connection.execute(pairs) for entry_id in pair}
