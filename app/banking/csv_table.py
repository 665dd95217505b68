"""A CSV file as a table: its encoding and its separator found out, its headings told from its rows."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from app.banking import written
from app.banking.as_read import NotReadable
from app.banking.mapping import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, shape_of

_ORDERS = (DAY_FIRST, YEAR_FIRST, MONTH_FIRST)
# Banks put a few lines about the account above the table; a table that begins later than this is none.
_PREAMBLE = 30


@dataclass(frozen=True, slots=True)
class Table:
    """Headings (none in some banks' files), rows of cells, and the number of the first row in the file, from 1."""

    header: list[str]
    rows: list[list[str]]
    first: int

    @property
    def width(self) -> int:
        """How many columns it has."""
        return max((len(row) for row in self.rows), default=0)

    @property
    def shape(self) -> str:
        """What it has in common with the same bank's other files."""
        return shape_of(self.header, self.width)


def text_of(body: bytes) -> str:
    """The file's text: Unicode where it is, else as Windows writes western Europe, which is what banks use."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return body.decode("latin-1")


def read(body: bytes) -> Table:
    """The table in a CSV file. Raises `NotReadable`."""
    text = text_of(body)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)))
    except csv.Error as error:
        raise NotReadable("broken") from error
    begins = _first_row(cells)
    if begins is None:
        raise NotReadable("no-table")
    width = len(cells[begins])
    # The row above the first one with a day holds the headings, if it is as wide as the table.
    above = cells[begins - 1] if begins else []
    headed = bool(above) and sum(bool(cell.strip()) for cell in above) > 1 and len(above) >= width - 1
    return Table([cell.strip() for cell in above] if headed else [], cells[begins:], begins + 1)


def is_day(cell: str) -> bool:
    """Whether a cell names a day in any order."""
    return any(written.day(cell, order) for order in _ORDERS)


def _first_row(cells: Sequence[Sequence[str]]) -> int | None:
    """The first row that has a day and at least one other cell filled."""
    for number, row in enumerate(cells[:_PREAMBLE]):
        if any(is_day(cell) for cell in row) and sum(bool(cell.strip()) for cell in row) > 1:
            return number
    return None


def _separator(text: str) -> str:
    """The separator that most of the first lines have most often."""
    lines = [line for line in text.splitlines()[:_PREAMBLE] if line.strip()]
    return max(",;\t|", key=lambda mark: sum(line.count(mark) for line in lines))
