"""CSV as spreadsheets read it: UTF-8 that says so at its beginning, commas, CRLF (RFC 4180), written as it is read from
the database.

XLSX: text stays text whatever it looks like, amounts are numbers, days are days; totals have their own sheet.

Cells: how text and amounts are written so that no spreadsheet takes a text for a formula or an amount for a text.

A table to write: its columns, its rows as they come, and the control totals that go with it.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import StringIO
from itertools import islice
from pathlib import Path

from rustpy_xlsxwriter import FastExcel

from app.money import decimals

# Told, now and then, how many rows have been written so far.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Table:
    """The `rows` in the order of `columns`, as text, or as whole numbers: amounts as '-12.50', days as '2026-07-01'.

    `amounts` and `days` are the places of the columns that hold those; `count` is how many rows will come. `control`
    are the control totals, each a few words and figures. Text that could begin a formula comes guarded. `as_csv` are
    the same rows as pieces of CSV, each with how many it holds, where the database can write them itself.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[str | int]]
    count: int
    amounts: frozenset[int]
    days: frozenset[int]
    control: Sequence[Sequence[str]]
    as_csv: Iterator[tuple[int, bytes]] | None = None


def nobody(_rows: int) -> None:
    """Progress that nobody watches."""


# Without it, Excel takes the file for one of its own country's letters, and 'Łucja' for something else.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_RUN = 2000


def csv_file(table: Table, progress: Progress = nobody) -> Iterator[bytes]:
    """The table in pieces: its head and its rows, and nothing else. Its control totals are a file of their own."""
    yield BYTE_ORDER_MARK + _written([table.columns])
    done = 0
    for rows, piece in table.as_csv or _pieces(table):
        yield piece
        done += rows
        progress(done)


def _pieces(table: Table) -> Iterator[tuple[int, bytes]]:
    rows = iter(table.rows)
    while run := list(islice(rows, _RUN)):
        yield len(run), _written(run)


def _written(rows: Iterable[Sequence[str | int]]) -> bytes:
    page = StringIO()
    csv.writer(page, lineterminator="\r\n").writerows(rows)
    return page.getvalue().encode()


# A sheet holds 1,048,576 rows (support.microsoft.com, "Excel specifications and limits").
_SHEET = 1_000_000

Cell = str | int | float | date
# Most rows share their day with the row before.
_day = lru_cache(maxsize=400)(date.fromisoformat)


def xlsx_file(table: Table, path: Path, progress: Progress = nobody) -> None:
    """Write the table to a new file, on as many sheets as it takes."""
    book = FastExcel(str(path)).format(datetime_format="yyyy-mm-dd", float_format="0.00", bold_headers=True)
    rows = _records(table, progress)
    for number in range(max(1, -(-table.count // _SHEET))):
        book.sheet(table.name if number == 0 else f"{table.name} {number + 1}", islice(rows, _SHEET))
    totals = [{f"Control total {place}": cell for place, cell in enumerate(line[1:], 1)} for line in table.control]
    book.freeze(row=1).sheet("Control totals", totals).save()


def _records(table: Table, progress: Progress) -> Iterator[dict[str, Cell]]:
    """Each row as the library takes it."""
    columns, amounts, days = table.columns, table.amounts, table.days
    for done, row in enumerate(table.rows, 1):
        cells: list[Cell] = list(row)
        for place in amounts:
            # An amount that is not known is left blank.
            cells[place] = float(row[place]) if row[place] != "" else ""
        for place in days:
            cells[place] = _day(str(row[place]))
        yield dict(zip(columns, cells, strict=True))
        if not done % _RUN:
            progress(done)


# What makes a spreadsheet read a cell as a formula when it stands first; Excel takes the wide forms as well.
# https://owasp.org/www-community/attacks/CSV_Injection
BEGINS_A_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")


def guarded(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would otherwise compute it."""
    return f"'{text}" if text[:1] in BEGINS_A_FORMULA else text


def amount(minor: int, currency: str) -> str:
    """An amount as a plain number, with a point and the currency's decimals: '-1234.50'."""
    places = decimals(currency)
    if not places:
        return str(minor)
    unit = 10**places
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), unit)
    return f"{sign}{whole}.{part:0{places}d}"


def plain_line(text: str, most: int) -> str:
    """One line without commas, quotation marks and control characters, at most `most` characters long, that begins no
    formula. An apostrophe is a part of names, not a quotation mark: O'Brien stays."""
    plain = "".join(" " if character in ',"' or not character.isprintable() else character for character in text)
    return " ".join(plain.split()).lstrip("=+-@＝＋－＠' ")[:most].rstrip()
