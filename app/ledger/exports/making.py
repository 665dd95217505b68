"""Making the files of an export: one file as it is, several in a ZIP archive with their control totals."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import Connection

from app.ledger.exports.formats import FORMATS, Format, words
from app.ledger.exports.ledger_table import ledger_table
from app.ledger.exports.selection import Selection, Total
from app.ledger.exports.statement_lines import StatementLine
from app.ledger.exports.tables import Progress, Table, csv_file, nobody, xlsx_file

_PIECE = 1 << 16
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is made as it is read: its name, its type with its charset, and its pieces."""

    name: str
    content_type: str
    pieces: Iterator[bytes]


def of_ledger(
    connection: Connection,
    name: str,
    chosen: Selection,
    totals: Sequence[Total],
    batch: str,
    progress: Progress = nobody,
) -> Made:
    """The ledger in a format of `FORMATS`; `totals` are `totals_of` the same, `batch` is the export's reference."""
    form = FORMATS[name]
    stem = _stem(name, chosen, batch)
    if form.journal is not None:
        return _made(stem, form.suffix, _encoded(form.journal(connection, chosen, totals, batch)))
    if form.files is None:
        return of_table(ledger_table(connection, chosen, totals), stem, form.suffix, progress)
    return _for_a_program(form, stem, form.files(connection, chosen, batch), totals)


def of_statement(
    name: str, chosen: Selection, lines: Iterable[StatementLine], totals: Sequence[Total], batch: str
) -> Made:
    """The statement of one account in a format of `FORMATS` that is one: its `lines`, whose totals are given."""
    form = FORMATS[name]
    if form.statement is None:
        raise ValueError(f"{name} is no statement")
    return _for_a_program(form, _stem(name, chosen, batch), form.statement(lines, batch), totals)


def _stem(name: str, chosen: Selection, batch: str) -> str:
    return f"whipround-{name}-{chosen.from_on}-{chosen.to_on}-{batch}"


def _for_a_program(form: Format, stem: str, pieces: Iterator[bytes], totals: Sequence[Total]) -> Made:
    if not form.limited:
        return _made(stem, form.suffix, pieces)
    first = list(islice(pieces, 2))
    if len(first) == 1:
        return _made(stem, form.suffix, iter(first))
    numbered = ((f"{stem}-{number:03d}.{form.suffix}", file) for number, file in enumerate(chain(first, pieces), 1))
    return _made(stem, "zip", _archive(chain(numbered, [("control-totals.txt", words(totals).encode())])))


def of_table(table: Table, stem: str, suffix: str, progress: Progress = nobody) -> Made:
    """A table as CSV or XLSX; `stem` is the file's name without its suffix."""
    return _made(stem, suffix, csv_file(table, progress) if suffix == "csv" else _workbook(table, progress))


def _made(stem: str, suffix: str, pieces: Iterator[bytes]) -> Made:
    return Made(f"{stem}.{suffix}", _TYPES.get(suffix, "text/plain; charset=utf-8"), pieces)


def _encoded(texts: Iterator[str]) -> Iterator[bytes]:
    while run := list(islice(texts, 2000)):
        yield "".join(run).encode()


def _workbook(table: Table, progress: Progress) -> Iterator[bytes]:
    """A workbook can only be written whole: to a file that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        xlsx_file(table, path, progress)
        with path.open("rb") as book:
            while piece := book.read(_PIECE):
                yield piece


class _Drain:
    """What an archive is written to: it gives away what it was given, so nothing piles up."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        held, self._held = self._held, []
        return b"".join(held)


def _archive(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    drain = _Drain()
    with ZipFile(drain, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]
        for name, content in files:
            archive.writestr(name, content)
            yield drain.taken()
    yield drain.taken()
