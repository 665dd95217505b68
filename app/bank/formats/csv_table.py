"""A CSV file as a table: its encoding and its separator found out, its headings told from its rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from app.bank.formats import values
from app.bank.formats.contents import NotReadable
from app.bank.formats.mapping import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, shape_of

_ORDERS = (DAY_FIRST, YEAR_FIRST, MONTH_FIRST)
# Banks put a few lines about the account above the table; a table that begins later than this is none.
_PREAMBLE = 40
_SEPARATORS = ",;\t|"
# What an amount looks like, in whatever currency and with whatever marks.
_MONEY = re.compile(r"[^\w.,]*(?:[a-z]{2,3}|[^\w.,]*)?[^\w.,]*\d[\d.,'’\s]*[^\w.,]*(?:[a-z]{1,6})?[^\w.,]*", re.I)
_SAMPLE = 200
# Letters at the beginning of a file by which separators are tried; and what no bank's file is beyond.
_BEGINNING, _MOST_ROWS, _WIDEST = 100_000, 200_000, 500


@dataclass(frozen=True, slots=True)
class CsvTable:
    """Headings (none in some banks' files), rows of cells, the number of the first row in the file, from 1, and the
    rows above the headings."""

    header: list[str]
    rows: list[list[str]]
    first: int
    above: list[list[str]] = field(default_factory=list)

    @property
    def width(self) -> int:
        """How many columns it has."""
        return max(len(self.header), max((len(row) for row in self.rows), default=0))

    def is_heading(self, row: Sequence[str]) -> bool:
        """Whether a row says the headings once more, as in a file that several were put together to."""
        return bool(self.header) and any(row) and [cell.strip() for cell in row] == self.header[: len(row)]

    @property
    def shape(self) -> str:
        """What it has in common with the same bank's other files."""
        return shape_of(self.header, self.width)


def text_of(body: bytes) -> str:
    """The file's text: Unicode where it is, else as Windows writes western Europe, which is what banks use."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", errors="replace")
    # Unicode without its mark: every other byte of plain text is nothing.
    sample = body[:2000]
    for encoding, nothing in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if len(nothing) > 1 and nothing.count(0) > len(nothing) * 0.6:
            return body.decode(encoding, errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        # A letter that was cut does not make another encoding of a whole file.
        lenient = body.decode("utf-8-sig", errors="replace")
        wrong = lenient.count("\ufffd")
        if sum(ord(each) > 127 for each in lenient) > 3 * wrong:
            return lenient
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def read(body: bytes) -> CsvTable:
    """The table in a CSV file. Raises `NotReadable`."""
    text = text_of(body).replace("\r\n", "\n").replace("\r", "\n")
    first_line, _, rest = text.partition("\n")
    offset = 0
    separators = _SEPARATORS
    if re.fullmatch(r"sep=.", first_line.strip(), re.I):
        separators, text, offset = first_line.strip()[-1], rest, 1
    if text.count("\n") > _MOST_ROWS:
        raise NotReadable("too-large")
    beginning = text[:_BEGINNING]
    try:
        separator = max(separators, key=lambda mark: _worth(_cells(beginning, mark)))
        cells = _cells(text, separator)
    except csv.Error as error:
        raise NotReadable("broken") from error
    begins = _first_row(cells)
    if begins is None:
        raise NotReadable("no-table")
    _refuse_swallowed_rows(cells, offset)
    headed_at = _header(cells, begins)
    if headed_at is not None:
        begins = headed_at + 1
    header = [] if headed_at is None else [cell.strip() for cell in cells[headed_at]]
    above = cells[: begins if headed_at is None else headed_at]
    first = begins + offset + 1
    rows = _as_wide(cells[begins:], header, first, separator)
    return CsvTable(header, _without_quote(rows), first, [row for row in above if _filled(row)])


def _without_quote(rows: list[list[str]]) -> list[list[str]]:
    """The rows without the apostrophe that some banks set before every word of a column, for spreadsheets."""
    width = max(map(len, rows), default=0)
    filled = [[row[at].strip() for row in rows if at < len(row) and row[at].strip()] for at in range(width)]
    quoted = [bool(cells) and all(cell.startswith("'") for cell in cells) for cells in filled]
    if not any(quoted):
        return rows
    return [[cell.strip()[1:] if quoted[at] else cell for at, cell in enumerate(row)] for row in rows]


def is_day(cell: str) -> bool:
    """Whether a cell names a day in any order."""
    return any(values.day(cell, order) for order in _ORDERS)


def looks_like_money(cell: str) -> bool:
    """Whether a cell holds an amount, in whatever currency and with whatever marks."""
    return len(cell) < 40 and _MONEY.fullmatch(cell.strip()) is not None and not is_day(cell)


def _cells(text: str, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def _worth(cells: Sequence[Sequence[str]]) -> tuple[int, int, int]:
    """How well a separator makes a table of a file: by how many rows have a day and an amount in cells of their own,
    then by how many are as wide as most."""
    sample = [row for row in cells if len(row) <= _WIDEST and _filled(row)][: _PREAMBLE + _SAMPLE]
    payments = sum(any(map(is_day, row)) and any(map(looks_like_money, row)) for row in sample)
    dated = sum(any(map(is_day, row)) and len(row) > 1 for row in sample)
    widths = Counter(len(row) for row in sample if len(row) > 1)
    return payments, dated, max(widths.values(), default=0)


def _first_row(cells: Sequence[Sequence[str]]) -> int | None:
    """The first row with a day and an amount; where there is none so early, the first with a day and another cell."""
    early = [row if len(row) <= _WIDEST else [] for row in cells[:_PREAMBLE]]
    dated = [number for number, row in enumerate(early) if any(map(is_day, row)) and _filled(row) > 1]
    headed = next((at for at, row in enumerate(early) if _is_heading(row)), None)
    # A line about the account above the headings may hold a day as well.
    after = [number for number in dated if headed is None or number > headed]
    with_money = [number for number in after if any(map(looks_like_money, cells[number]))]
    return next(iter(with_money or after or dated), None)


def _filled(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


_WORDS = re.compile(
    r"\b(date|datum|buchungstag|amount|betrag|montant|bedrag|value|balance|saldo|solde|debit|credit|débit|crédit|"
    r"paid (in|out)|money (in|out)|description|details|memo|gross|net|umsatz)\b",
    re.I,
)


def _is_heading(row: Sequence[str]) -> bool:
    """Whether a row names columns: at least two with words that banks use for that, and none is a day or amount."""
    named = sum(bool(_WORDS.search(cell)) for cell in row)
    return named > 1 and not any(is_day(cell) or re.search(r"\d[.,]\d\d\b", cell) for cell in row)


def _header(cells: Sequence[Sequence[str]], begins: int) -> int | None:
    """Where the headings stand above the first row, with or without blank lines or a row without a payment between;
    `None` where there are none."""
    width = len(_trimmed(cells[begins]))
    above = [at for at in range(begins - 1, -1, -1) if _filled(cells[at]) > 1 and len(cells[at]) >= width - 1]
    named = next((at for at in above if _is_heading(cells[at])), None)
    if named is not None:
        return named
    nearest = next((at for at in range(begins - 1, -1, -1) if _filled(cells[at])), None)
    if (
        nearest is None
        or nearest not in above
        or any(is_day(cell) or looks_like_money(cell) for cell in cells[nearest])
    ):
        return None
    return nearest


def _trimmed(row: Sequence[str]) -> list[str]:
    """A row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1].strip():
        end -= 1
    return list(row[:end])


def _as_wide(rows: list[list[str]], header: Sequence[str], first: int, separator: str) -> list[list[str]]:
    """The rows, those that a comma in words has made wider than the headings put together again. Raises `NotReadable`
    for one of which nobody can tell where its amount stands."""
    if not header:
        return rows
    width = len(header)
    even = list(islice((row for row in rows if len(_trimmed(row)) <= width and any(map(is_day, row))), _SAMPLE))
    kinds = [_kind([row[at] for row in even if at < len(row) and row[at].strip()]) for at in range(width)]
    # A heading of an amount is one, even while its column is empty or every row is too wide.
    kinds = [kind or ("money" if _MONEY_NAMES.search(name) else "") for kind, name in zip(kinds, header, strict=True)]
    return [_narrowed(row, width, kinds, number, separator) for number, row in enumerate(rows, first)]


_MONEY_NAMES = re.compile(
    r"\b(amount|value|betrag|montant|bedrag|balance|saldo|solde|debit|credit|paid (in|out)|money (in|out)|gross|fee"
    r"|net)\b",
    re.I,
)


def _kind(cells: Sequence[str]) -> str:
    if cells and all(map(is_day, cells)):
        return "day"
    return "money" if cells and all(map(looks_like_money, cells)) else "words" if cells else ""


def _narrowed(row: list[str], width: int, kinds: Sequence[str], number: int, separator: str) -> list[str]:
    trimmed = _trimmed(row)
    extra = len(trimmed) - width
    if extra <= 0:
        return row[:width]
    fits = {"day": is_day, "money": looks_like_money}

    def joined(at: int) -> list[str]:
        return [*trimmed[:at], separator.join(trimmed[at : at + extra + 1]), *trimmed[at + extra + 1 :]]

    def agrees(cells: Sequence[str]) -> bool:
        return all(
            not cell.strip() or kind not in fits or fits[kind](cell) for cell, kind in zip(cells, kinds, strict=True)
        )

    if not any(map(is_day, trimmed)):
        return row[:width]
    places = [at for at in range(width) if agrees(joined(at))]
    if not places or any(kinds[at] == "money" for at in places):
        raise NotReadable("too-wide", f"{number}: {values.words(*trimmed)}")
    # Wherever the words belong, the day and the amounts are the same; most banks have them last.
    return joined(places[-1])


def _refuse_swallowed_rows(cells: Sequence[Sequence[str]], first: int) -> None:
    """A quotation mark that never ends makes the rows below a part of its cell: they must not be lost in silence."""
    for number, row in enumerate(cells, 1):
        for cell in row:
            inside = cell.split("\n")[1:] if "\n" in cell else []
            if any(any(map(is_day, re.split(r"[,;\t|]", line))) and re.search(r"[,;\t|].*\d", line) for line in inside):
                raise NotReadable("quotes", f"{max(number, first)}")
