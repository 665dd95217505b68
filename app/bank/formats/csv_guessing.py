"""Guessing what a bank's columns mean, from their headings and from what stands in them; a person looks at it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import permutations

from app.bank.formats import csv_columns, csv_lines, csv_states, day_order, values
from app.bank.formats.contents import BALANCE, SIGNS, NotReadable
from app.bank.formats.csv_table import CsvTable, is_day
from app.bank.formats.mapping import Mapping
from app.money import NotAnAmount

_SAMPLE = 300
_CURRENCY = re.compile(r"[A-Za-z]{3}")


def guess(table: CsvTable, currency: str) -> Mapping | None:
    """What the columns most likely mean; `None` when no day or no amount can be found."""
    whole = table
    # Some hundred rows from all over the file say as much as all of them.
    table = replace(table, rows=table.rows[:: max(1, len(table.rows) // _SAMPLE)])
    # Files that were put together have their headings more than once.
    table = replace(table, rows=[row for row in table.rows if not table.is_heading(row)])
    day = _called(table, csv_columns.DAY, lambda column: bool(_order(table, column)))
    if day is None:
        day = next((column for column in range(table.width) if _order(table, column)), None)
    if day is None:
        return None
    decimal = _decimal(table)

    own = [column for column, heading in enumerate(table.header) if csv_columns.currency_in(heading) == currency]

    def may_be_money(column: int) -> bool:
        """Whether every cell is an amount, also where there is none: a heading alone says what an empty column is.
        Where some headings name the account's currency, those that name another are of other accounts."""
        named = csv_columns.currency_in(table.header[column]) if column < len(table.header) else ""
        return (named in ("", currency) or not own) and _all(
            table, column, lambda cell: _is_money(cell, currency, decimal), empty=True
        )

    def holds_money(column: int) -> bool:
        return may_be_money(column) and bool(_cells(table, column))

    balance = _called(table, csv_columns.BALANCE, may_be_money)
    fee = _called(table, csv_columns.FEE, may_be_money)
    net = _called(table, csv_columns.NET, may_be_money)
    free = [column for column in range(table.width) if column not in (day, balance, fee, net)]
    into = _called(table, csv_columns.IN, lambda column: column in free and may_be_money(column))
    out = _called(table, csv_columns.OUT, lambda column: column in free and column != into and may_be_money(column))
    amount = _called(table, csv_columns.AMOUNT, lambda column: column in free and holds_money(column))
    if into is not None and out is not None and (holds_money(into) or holds_money(out)):
        amount = None
    else:
        # A column of what came in alone is no worse than one of amounts.
        alone = next((each for each in (into, out) if each is not None and holds_money(each)), None)
        into = out = None
        if amount is None:
            amount = alone if alone is not None else _nameless(table, [each for each in free if holds_money(each)])
        if amount is None:
            return None
    taken = {day, balance, amount, into, out, fee, net}
    rest = [column for column in range(table.width) if column not in taken]
    marker = None
    if amount is not None:
        marker = _called(table, csv_columns.MARKER, lambda c: c in rest and _is_marker(table, c))
    if amount is not None and not table.header:
        marker = next((c for c in rest if _all(table, c, _says_a_way)), None)
    kind = _called(table, csv_columns.KIND, lambda c: c in rest and c != marker)
    rest = [column for column in rest if column != marker]
    payer = _called(table, csv_columns.PAYER, lambda column: column in rest)
    payee = _called(table, csv_columns.PAYEE, lambda c: c in rest and c != payer and bool(_cells(table, c)))
    code = _called(table, csv_columns.CURRENCY, lambda c: c in rest and _all(table, c, _is_code, empty=True))
    states = tuple(column for column in rest if _is_state(table, column))
    found = Mapping(
        day=day,
        date_order=_order(table, day),
        amount=amount,
        money_in=into,
        money_out=out,
        details=_details(table, [c for c in rest if c not in (*states, code, payee)], payer, kind),
        payer=payer,
        payee=payee if payer is not None else None,
        balance=balance,
        bank_id=_called(table, csv_columns.ID, lambda column: column in rest and _all_differ(table, column)),
        decimal=decimal,
        marker=marker,
        fee=fee,
        net=net,
        currency=code,
        account=_account(table, rest),
        states=states,
        kind=kind,
        held_money=tuple(money_columns(whole)),
    )
    return _as_balances_say(whole, found, currency)


def _as_balances_say(table: CsvTable, found: Mapping, currency: str) -> Mapping:
    """The mapping, or where the file's balances contradict it and prove another one, that: amounts out without a sign,
    in and out the other way round, a fee that the amount contains already; and where no heading names any column, the
    two of which one is what the other moves."""
    others = []
    if found.amount is not None and found.marker is None:
        others.append(replace(found, out_is_positive=True))
    if found.money_in is not None:
        others.append(replace(found, money_in=found.money_out, money_out=found.money_in))
    if found.fee is not None and found.net is None:
        others += [replace(found, fee=None), *(replace(each, fee=None) for each in others)]
    if not table.header and len(table.rows) > 1:
        money = [column for column in found.held_money if column != found.day]
        pairs = [
            replace(found, amount=amount, balance=balance, details=_without(found, amount, balance))
            for amount, balance in permutations(money, 2)
        ]
        return next((each for each in pairs if not _contradicted(table, each, currency)), found)
    if _contradicted(table, found, currency):
        return next((each for each in others if not _contradicted(table, each, currency)), found)
    return found


def _without(found: Mapping, *columns: int) -> tuple[int, ...]:
    return tuple(each for each in found.details if each not in columns)


def _contradicted(table: CsvTable, mapping: Mapping, currency: str) -> bool:
    # Rows that follow one another are enough to tell, and must: balances are of no use with gaps between them.
    try:
        read = csv_lines.read(replace(table, rows=table.rows[:_SAMPLE]), mapping, currency)
    except NotReadable:
        return False
    return any(note.kind in (SIGNS, BALANCE) for note in read.notes)


def unexplained(table: CsvTable, mapping: Mapping) -> list[int]:
    """Columns that hold amounts now, are not read, and held none when somebody looked at this mapping."""
    read = {
        mapping.day,
        mapping.amount,
        mapping.money_in,
        mapping.money_out,
        mapping.balance,
        mapping.fee,
        mapping.net,
        mapping.bank_id,
        mapping.payer,
        mapping.payee,
        mapping.account,
        *mapping.details,
        *mapping.held_money,
    }
    return [column for column in money_columns(table) if column not in read]


def money_columns(table: CsvTable) -> Iterable[int]:
    """The columns of which every filled cell is an amount with decimals, in whatever currency, or which a heading
    calls amounts."""
    for column in range(table.width):
        cells = [cell for cell in _cells(table, column) if not re.fullmatch(r"[0.,]+", cell)]
        heading = table.header[column] if column < len(table.header) else ""
        called = any(
            csv_columns.fits(heading, names) for names in (csv_columns.AMOUNT, csv_columns.IN, csv_columns.OUT)
        )
        if cells and all(re.search(r"\d", cell) and _looks_like_money(cell, called=called) for cell in cells):
            yield column


def _looks_like_money(cell: str, *, called: bool) -> bool:
    """An amount: under a heading that calls it one any figure is, elsewhere one with two decimals."""
    shape = r"\D{0,5}\d[\d.,'’ ]*\D{0,6}" if called else r"\D{0,5}\d[\d.,'’ ]*[.,]\d\d\D{0,6}"
    return re.fullmatch(shape, cell) is not None and not any(values.day(cell, each) for each in day_order.ORDERS)


def _details(table: CsvTable, rest: Sequence[int], payer: int | None, kind: int | None) -> tuple[int, ...]:
    named = [column for column in rest if column != payer and _is_named(table, column, csv_columns.DETAILS)]
    if named:
        return tuple(named)
    if kind is not None and payer is not None:
        return (kind,)
    return tuple(c for c in rest if c != payer and any(each.isalpha() for cell in _cells(table, c) for each in cell))


def _called(table: CsvTable, names: tuple[str, ...], fits: Callable[[int], bool] = lambda _column: True) -> int | None:
    """The first column whose heading is one of the names and that fits."""
    for name in names:
        for column, heading in enumerate(table.header[: table.width]):
            if re.fullmatch(name, csv_columns.plain(heading)) and fits(column):
                return column
    return None


def _is_named(table: CsvTable, column: int, names: tuple[str, ...]) -> bool:
    return column < len(table.header) and csv_columns.fits(table.header[column], names)


def _cells(table: CsvTable, column: int) -> list[str]:
    return [row[column].strip() for row in table.rows if column < len(row) and row[column].strip()]


def _all(table: CsvTable, column: int, fits: Callable[[str], bool], *, empty: bool = False) -> bool:
    cells = _cells(table, column)
    return (bool(cells) or empty) and all(fits(cell) for cell in cells)


def _all_differ(table: CsvTable, column: int) -> bool:
    cells = _cells(table, column)
    rows = [row for row in table.rows if any(cell.strip() for cell in row)]
    return len(cells) == len(rows) == len(set(cells)) > 1


def _is_code(cell: str) -> bool:
    return _CURRENCY.fullmatch(cell) is not None


def _is_number(cell: str) -> bool:
    return sum(each.isdigit() for each in cell) >= 4


def _account(table: CsvTable, rest: Sequence[int]) -> int | None:
    """The column that names the file's own account, by its number or else by its name."""
    number = _called(table, csv_columns.ACCOUNT, lambda c: c in rest and _is_own_account(table, c))
    if number is not None:
        return number
    return _called(table, csv_columns.ACCOUNT_NAME, lambda c: c in rest and 1 < len(set(_cells(table, c))) <= 4)


def _is_own_account(table: CsvTable, column: int) -> bool:
    """Few account numbers are the file's own; where nearly every row has another one, they are the payers'."""
    cells = _cells(table, column)
    filled = len(cells) == sum(any(map(is_day, row)) for row in table.rows)
    most = 1 if csv_columns.plain(table.header[column]) in ("iban", "account", "konto") else max(2, len(cells) // 3)
    return filled and _all(table, column, _is_number) and len(set(cells)) <= most


def _is_marker(table: CsvTable, column: int) -> bool:
    """A column of words for in and out. What else stands in one that is called so says neither; where the heading may
    mean anything, every word must be one of them."""
    if not _all(table, column, _says_a_way):
        named = csv_columns.plain(table.header[column])
        return named not in ("type", "transaction type", "sign", "balance impact") and any(
            map(_says_a_way, _cells(table, column))
        )
    return True


def _says_a_way(cell: str) -> bool:
    return cell.casefold().strip(" .") in csv_columns.WENT_OUT | csv_columns.CAME_IN


def _nameless(table: CsvTable, columns: Sequence[int]) -> int | None:
    """Which of the columns that hold figures holds the amounts, where no heading says it: one with pence rather than
    whole numbers, which may be an account's or a cheque's."""
    with_pence = [each for each in columns if all(re.search(r"[.,]\d\d\D*$", cell) for cell in _cells(table, each))]
    some = [each for each in columns if any(re.search(r"[.,]\d\d?\D*$", cell) for cell in _cells(table, each))]
    return next(iter(with_pence or some or columns), None)


def _is_state(table: CsvTable, column: int) -> bool:
    """A column that says which rows are booked; one that is empty in this file is known by its name."""
    if not _is_named(table, column, csv_columns.STATE):
        return False
    cells = _cells(table, column)
    return any(csv_states.known(cell) for cell in cells) or (
        not cells and csv_columns.plain(table.header[column]) != "info"
    )


def _order(table: CsvTable, column: int) -> str:
    """The order in which the days of a column can be read; empty when it holds no days. A word in place of a day says
    why there is none."""
    return day_order.of([cell for cell in _cells(table, column) if not csv_states.why_it_is_not_booked(cell)])


def _decimal(table: CsvTable) -> str:
    """A comma before the pence, where amounts end in one and none ends in a point."""
    cells = [cell.strip() for row in table.rows for cell in row]
    around = r"[^\w.,]*(?:[A-Za-z]{0,3})[^\w.,]*"
    with_comma = sum(bool(re.fullmatch(rf"{around}[\d.'’ ]*\d,\d\d?{around}", cell)) for cell in cells)
    with_point = sum(bool(re.fullmatch(rf"{around}[\d,'’ ]*\d\.\d\d?{around}", cell)) for cell in cells)
    return "," if with_comma and not with_point else "."


def _is_money(cell: str, currency: str, decimal: str) -> bool:
    """Whether a cell is an amount, in whatever currency: rows in another one are left out when they are read."""
    try:
        return values.money(cell, currency, decimal) is not None
    except values.OtherCurrency:
        return True
    except NotAnAmount:
        return False
