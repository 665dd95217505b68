"""CSV as spreadsheets read it: UTF-8, commas, CRLF (RFC 4180), written as it is read from the database."""

import csv
from collections.abc import Iterator
from io import StringIO
from itertools import islice

from app.ledger.exports.table import Progress, Table, nobody

_RUN = 2000


def csv_file(table: Table, progress: Progress = nobody) -> Iterator[bytes]:
    """The table in pieces. Its control totals are the last rows, in columns that no sum of amounts runs over."""
    page = StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(table.columns)
    rows, done = iter(table.rows), 0
    while run := list(islice(rows, _RUN)):
        writer.writerows(run)
        yield page.getvalue().encode()
        page.seek(0)
        page.truncate()
        done += len(run)
        progress(done)
    width = len(table.columns)
    writer.writerows([*each, *[""] * (width - len(each))] for each in table.control)
    yield page.getvalue().encode()
