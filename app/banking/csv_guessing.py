"""Guessing what a bank's columns mean, from their headings and from what stands in them; a person looks at it."""

import re
from collections.abc import Callable
from dataclasses import replace

from app.banking import written
from app.banking.csv_table import Table
from app.banking.mapping import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, Mapping
from app.money import NotAnAmount

_SAMPLE = 300

# What banks call their columns; the first that fits wins.
_DAY = (r"transaction date", r"date", r"datum", r"buchung.*", r".*\bdate\b.*")
_AMOUNT = (r"amount.*", r"value", r"betrag.*", r".*\bamount\b.*")
_IN = (r"money in", r"paid in.*", r"credit.*", r"in", r".*credit amount.*", r"receipts?")
_OUT = (r"money out", r"paid out.*", r"debit.*", r"out", r".*debit amount.*", r"payments?", r"withdrawn")
_PAYER = (r"counter ?party", r"name", r"payee", r"payer", r".*(counterparty|beneficiary|auftraggeber).*")
_DETAILS = (r".*description.*", r"memo", r"details", r"reference", r"narrative.*", r"notes.*", r"verwendungszweck")
_BALANCE = (r".*balance.*", r"saldo.*")
_ID = (r"transaction id", r"id", r"fitid", r"transaction reference")


def guess(table: Table, currency: str) -> Mapping | None:
    """What the columns most likely mean; `None` when no day or no amount can be found."""
    # Some hundred rows from all over the file say as much as all of them.
    table = replace(table, rows=table.rows[:: max(1, len(table.rows) // _SAMPLE)])
    day = _called(table, _DAY) if table.header else None
    if day is None or not _order(table, day):
        day = next((column for column in range(table.width) if _order(table, column)), None)
    if day is None:
        return None
    decimal = _decimal(table)

    def holds_money(column: int) -> bool:
        return _all(table, column, lambda cell: _is_money(cell, currency, decimal))

    balance = _called(table, _BALANCE, holds_money)
    into, out = _called(table, _IN, holds_money), _called(table, _OUT, holds_money)
    amount = _called(table, _AMOUNT, holds_money)
    if into is not None and out is not None:
        amount = None
    elif amount is None:
        into = out = None
        free = [column for column in range(table.width) if column not in (day, balance) and holds_money(column)]
        amount = next(iter(free), None)
        if amount is None:
            return None
    else:
        into = out = None
    taken = {day, balance, amount, into, out}
    payer = _called(table, _PAYER, lambda column: column not in taken)
    details = [
        column for column in range(table.width) if column not in {*taken, payer} and _is_named(table, column, _DETAILS)
    ] or [column for column in range(table.width) if column not in {*taken, payer} and not table.header]
    return Mapping(
        day=day,
        date_order=_order(table, day),
        amount=amount,
        money_in=into,
        money_out=out,
        details=tuple(details),
        payer=payer,
        balance=balance,
        bank_id=_called(table, _ID, lambda column: column not in taken and _all_differ(table, column)),
        decimal=decimal,
    )


def _called(table: Table, names: tuple[str, ...], fits: Callable[[int], bool] = lambda _column: True) -> int | None:
    """The first column whose heading is one of the names and that fits."""
    for name in names:
        for column, heading in enumerate(table.header[: table.width]):
            if re.fullmatch(name, " ".join(heading.split()).casefold()) and fits(column):
                return column
    return None


def _is_named(table: Table, column: int, names: tuple[str, ...]) -> bool:
    heading = " ".join(table.header[column].split()).casefold() if column < len(table.header) else ""
    return any(re.fullmatch(name, heading) for name in names)


def _cells(table: Table, column: int) -> list[str]:
    return [row[column].strip() for row in table.rows if column < len(row) and row[column].strip()]


def _all(table: Table, column: int, fits: Callable[[str], bool]) -> bool:
    cells = _cells(table, column)
    return bool(cells) and all(fits(cell) for cell in cells)


def _all_differ(table: Table, column: int) -> bool:
    cells = _cells(table, column)
    return len(cells) == len(table.rows) == len(set(cells)) > 1


def _order(table: Table, column: int) -> str:
    """The order in which every day of a column can be read, the British one first; empty when it holds no days."""
    for order in (DAY_FIRST, YEAR_FIRST, MONTH_FIRST):
        if _all(table, column, lambda cell, order=order: written.day(cell, order) is not None):  # type: ignore[misc]
            return order
    return ""


def _decimal(table: Table) -> str:
    """A comma before the pence, where amounts end in one and none ends in a point."""
    cells = [cell.strip() for row in table.rows for cell in row]
    with_comma = sum(bool(re.fullmatch(r"[-−+]?[\d. ]*\d,\d\d", cell)) for cell in cells)
    with_point = sum(bool(re.fullmatch(r"[-−+]?[\d, ]*\d\.\d\d", cell)) for cell in cells)
    return "," if with_comma and not with_point else "."


def _is_money(cell: str, currency: str, decimal: str) -> bool:
    try:
        return written.money(cell, currency, decimal) is not None
    except NotAnAmount:
        return False
