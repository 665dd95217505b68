"""XLSX: text stays text whatever it looks like, amounts are numbers, days are days; totals have their own sheet."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path

from rustpy_xlsxwriter import FastExcel

from app.ledger.exports.table import Progress, Table, nobody

# A sheet holds 1,048,576 rows (support.microsoft.com, "Excel specifications and limits").
_SHEET = 1_000_000
_RUN = 2000

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
