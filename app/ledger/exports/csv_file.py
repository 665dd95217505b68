"""CSV as spreadsheets read it: UTF-8 that says so at its beginning, commas, CRLF (RFC 4180), written as it is read from
the database."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import islice

from app.ledger.exports.table import Progress, Table, nobody

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
