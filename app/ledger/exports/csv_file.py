"""CSV as spreadsheets read it: UTF-8, commas, CRLF (RFC 4180), written as it is read from the database."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice

from app.ledger.exports.table import Progress, Table, nobody

_RUN = 2000


def csv_file(table: Table, progress: Progress = nobody) -> Iterator[bytes]:
    """The table in pieces. Its control totals are the last rows, in columns that no sum of amounts runs over."""
    yield _written([table.columns])
    done = 0
    for rows, piece in table.as_csv or _pieces(table):
        yield piece
        done += rows
        progress(done)
    width = len(table.columns)
    yield _written([*each, *[""] * (width - len(each))] for each in table.control)


def _pieces(table: Table) -> Iterator[tuple[int, bytes]]:
    rows = iter(table.rows)
    while run := list(islice(rows, _RUN)):
        yield len(run), _written(run)


def _written(rows: Iterable[Sequence[str | int]]) -> bytes:
    page = StringIO()
    csv.writer(page, lineterminator="\r\n").writerows(rows)
    return page.getvalue().encode()
