"""The payments in a CSV file, read by a mapping of its columns; a row that cannot be read stops the whole file."""

import itertools
from collections.abc import Sequence

from app.banking import written
from app.banking.as_read import NotReadable, Read, ReadLine
from app.banking.csv_table import Table
from app.banking.mapping import Mapping
from app.money import Money, NotAnAmount


def read(table: Table, mapping: Mapping, currency: str) -> Read:
    """Read every row. One without a day and without an amount holds no payment and is left out, and said to be.

    Raises `NotReadable` with the first row that cannot be read.
    """
    lines, left_out = [], []
    signed = _out_is_signed(table, mapping, currency)
    for number, row in enumerate(table.rows, table.first):
        if not any(cell.strip() for cell in row):
            continue
        day = written.day(_cell(row, mapping.day), mapping.date_order)
        amount = _amount(row, number, mapping, currency, signed=signed)
        if amount is None or not amount.minor or (day is None and not _cell(row, mapping.day)):
            left_out.append(f"{number}: {written.words(*row)}")
            continue
        if day is None:
            raise NotReadable("day", f"{number}: {_cell(row, mapping.day)}")
        lines.append(
            ReadLine(
                row=number,
                day=day,
                amount=amount,
                details=written.words(*(_cell(row, column) for column in mapping.details)),
                payer=written.words(_cell(row, mapping.payer))[:200],
                bank_id=_cell(row, mapping.bank_id)[:120] or None,
                balance=_money(row, mapping.balance, number, mapping, currency),
            )
        )
    if not lines:
        raise NotReadable("no-payments")
    opening, closing = _balances(lines)
    last = max(line.day for line in lines)
    return Read("csv", lines, opening, closing, last if closing is not None else None, left_out=left_out)


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""


def _money(row: Sequence[str], column: int | None, number: int, mapping: Mapping, currency: str) -> Money | None:
    cell = _cell(row, column)
    try:
        return written.money(cell, currency, mapping.decimal)
    except NotAnAmount as error:
        raise NotReadable("amount", f"{number}: {cell}") from error


def _amount(row: Sequence[str], number: int, mapping: Mapping, currency: str, *, signed: bool) -> Money | None:
    if mapping.amount is not None:
        amount = _money(row, mapping.amount, number, mapping, currency)
        return -amount if amount is not None and mapping.out_is_positive else amount
    into = _money(row, mapping.money_in, number, mapping, currency)
    out = _money(row, mapping.money_out, number, mapping, currency)
    if into is None and out is None:
        return None
    nothing = Money(0, currency)
    return (into or nothing) + ((out or nothing) if signed else -(out or nothing))


def _out_is_signed(table: Table, mapping: Mapping, currency: str) -> bool:
    """Whether the column of money out holds amounts below nothing, as some banks write them."""
    rows = enumerate(table.rows, table.first)
    out = [_money(row, mapping.money_out, number, mapping, currency) for number, row in rows]
    return any(each.minor < 0 for each in out if each) and all(each.minor <= 0 for each in out if each)


def _balances(lines: Sequence[ReadLine]) -> tuple[Money | None, Money | None]:
    """What stood on the account before the first and after the last payment, where a column of balances adds up in
    one direction or the other; one that does not proves nothing."""
    for run in (list(lines), list(reversed(lines))):
        first, last = run[0].balance, run[-1].balance
        if first is None or last is None:
            return None, None
        steps = itertools.pairwise(run)
        if all(
            before.balance is not None and after.balance is not None and before.balance + after.amount == after.balance
            for before, after in steps
        ):
            return first - run[0].amount, last
    return None, None
