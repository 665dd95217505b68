"""The payments in a CSV file, read by a mapping of its columns; a row that cannot be read stops the whole file, and one
that is not surely a booked payment of this account in its currency is left out and said to be."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.bank.formats import csv_account, csv_balances, csv_columns, csv_states, values
from app.bank.formats.contents import (
    ACCOUNT,
    CURRENCY,
    FEES,
    KINDS,
    NO_DAY,
    NO_WAY,
    NOTHING,
    ONE_WAY,
    UNREAD,
    FileNote,
    LeftOut,
    NotReadable,
    ReadFile,
    ReadLine,
)
from app.bank.formats.csv_balances import Step
from app.bank.formats.csv_table import CsvTable
from app.bank.formats.mapping import Mapping
from app.money import Money, NotAnAmount


def read(table: CsvTable, mapping: Mapping, currency: str, last_digits: str = "") -> ReadFile:
    """Read every row of the account that ends in `last_digits`.

    Raises `NotReadable` with the first row that cannot be read, or when the file is of another account or currency.
    """
    for column in (mapping.amount, mapping.money_in, mapping.money_out):
        heading = table.header[column] if column is not None and column < len(table.header) else ""
        if csv_columns.currency_in(heading) not in ("", currency):
            raise NotReadable("other-currency", heading)
    return _Reading(table, mapping, currency, last_digits).read()


class _Reading:
    """One table that is being read, and what came of it so far."""

    def __init__(self, table: CsvTable, mapping: Mapping, currency: str, last_digits: str) -> None:
        self.table, self.mapping, self.currency = table, mapping, currency
        self.lines: list[ReadLine] = []
        self.left_out: list[LeftOut] = []
        self.steps: list[Step] = []
        self.fees: list[Money] = []
        above = csv_account.named_above(table)
        csv_account.ours([above], last_digits)
        named = {csv_account.key_of(_cell(row, mapping.account)) for _, row in self._rows() if self._is_dated(row)}
        self.ours = csv_account.ours(named, last_digits)
        self.last_digits = (csv_account.digits(min(self.ours, default="")) or above)[-4:]
        outs = [amount for amount in self._amounts(mapping.money_out) if amount.minor]
        self.out_is_signed = any(each.minor < 0 for each in outs) and all(each.minor <= 0 for each in outs)
        self.has_signs = any(each.minor < 0 for each in self._amounts(mapping.amount))
        self.fees_are_signed = any(each.minor < 0 for each in self._amounts(mapping.fee))
        self.contradictions = 0

    def read(self) -> ReadFile:
        for number, row in self._rows():
            self._take(number, row)
        if not self.lines:
            foreign = self.left_out and all(each.reason == CURRENCY for each in self.left_out)
            raise NotReadable("other-currency" if foreign else "no-payments")
        checked = csv_balances.check(self.steps)
        notes = list(checked.notes)
        if self.contradictions:
            notes.append(FileNote(KINDS, self.contradictions))
        alone = _is_one_column(self.mapping) and not any(step.balance for step in self.steps)
        if alone and len(self.lines) > 1 and all(line.amount.minor > 0 for line in self.lines):
            notes.append(FileNote(ONE_WAY))
        if self.fees:
            notes.append(FileNote(FEES, len(self.fees), amount=-sum(self.fees, Money(0, self.currency))))
        last = max(line.day for line in self.lines)
        return ReadFile(
            "csv",
            self.lines,
            checked.opening,
            checked.closing,
            last if checked.closing is not None else None,
            self.last_digits,
            self.left_out,
            notes,
        )

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        for number, row in enumerate(self.table.rows, self.table.first):
            if any(cell.strip() for cell in row):
                yield number, row

    def _is_dated(self, row: Sequence[str]) -> bool:
        return values.day(_cell(row, self.mapping.day), self.mapping.date_order) is not None

    def _take(self, number: int, row: Sequence[str]) -> None:
        mapping = self.mapping
        day = values.day(_cell(row, mapping.day), mapping.date_order)
        details = values.words(*(_cell(row, column) for column in mapping.details))
        reason, word = self._why_not(row, details)
        amount, balance, fee = None, None, Money(0, self.currency)
        try:
            if not reason:
                amount, balance = self._amount(row, number), self._money(row, mapping.balance, number)
                fee = fee if amount is None else self._fee(row, number, amount)
        except values.OtherCurrency:
            amount, reason = None, CURRENCY
        if not reason and (amount is None or not amount.minor):
            reason = UNREAD if amount is None and self._holds_more(row) else NOTHING
        if not reason and day is None and not _cell(row, mapping.day):
            reason = NO_DAY
        if reason or amount is None:
            self.left_out.append(LeftOut(f"{number}: {values.words(*row)}", reason, word))
            return
        if day is None:
            raise NotReadable("day", f"{number}: {_cell(row, mapping.day)}")
        line = ReadLine(
            row=number,
            day=day,
            amount=amount,
            details=details,
            payer=values.words(self._other_side(row, amount))[:200],
            bank_id=values.words(_cell(row, mapping.bank_id))[:115] or None,
            balance=balance,
        )
        self.steps.append(Step(str(number), amount + fee, balance))
        self.lines.append(line if not fee.minor else replace(line, balance=None))
        if fee.minor:
            self.fees.append(fee)
            own = f"{line.bank_id}:fee" if line.bank_id else None
            said = values.words(self._heading(mapping.fee) or "Fee", line.payer, line.details)
            self.lines.append(replace(line, amount=fee, payer="", details=said, bank_id=own))

    def _why_not(self, row: Sequence[str], details: str) -> tuple[str, str]:
        """Why a row is not surely a booked payment of this account in its currency, and the word that says so."""
        mapping = self.mapping
        if self.table.is_heading(row):
            return NOTHING, ""
        if self.ours and csv_account.key_of(_cell(row, mapping.account)) not in self.ours and self._is_dated(row):
            number = csv_account.digits(_cell(row, mapping.account))
            return ACCOUNT, number[-4:] or _cell(row, mapping.account)
        for column in mapping.states:
            word = _cell(row, column)
            reason = csv_states.why_not(word)
            if reason:
                return reason, word
        dated = _cell(row, mapping.day)
        if csv_states.why_it_is_not_booked(dated):
            return csv_states.why_it_is_not_booked(dated), dated
        kind = _cell(row, mapping.kind)
        if csv_states.is_hold(kind):
            return NOTHING, kind
        if csv_states.why_it_is_not_booked(kind):
            return csv_states.why_it_is_not_booked(kind), kind
        if any(csv_columns.is_sum(said) for said in (details, _cell(row, mapping.payer), dated)):
            return NOTHING, ""
        marker = _cell(row, mapping.marker)
        ways = csv_columns.WENT_OUT | csv_columns.CAME_IN
        if mapping.marker is not None and not self.has_signs and marker.casefold().strip(" .") not in ways:
            return NO_WAY, marker
        code = _cell(row, mapping.currency)
        if code and code.casefold() != self.currency:
            return CURRENCY, code
        return "", ""

    def _other_side(self, row: Sequence[str], amount: Money) -> str:
        """Who paid what came in, or got what went out."""
        return (amount.minor < 0 and _cell(row, self.mapping.payee)) or _cell(row, self.mapping.payer)

    def _holds_more(self, row: Sequence[str]) -> bool:
        """Whether a row without an amount has one in a column that is not read."""
        mapping = self.mapping
        read = {mapping.amount, mapping.money_in, mapping.money_out, mapping.balance, mapping.fee, mapping.net}
        cells = [_cell(row, column) for column in mapping.held_money if column not in read]
        return any(re.search(r"[1-9]", cell) for cell in cells)

    def _heading(self, column: int | None) -> str:
        return self.table.header[column] if column is not None and column < len(self.table.header) else ""

    def _amounts(self, column: int | None) -> list[Money]:
        """Every amount of a column that is one in this currency; what is none is refused where its row is read."""
        found = []
        for _, row in self._rows() if column is not None else ():
            try:
                amount = values.money(_cell(row, column), self.currency, self.mapping.decimal)
            except NotAnAmount:
                continue
            if amount is not None:
                found.append(amount)
        return found

    def _money(self, row: Sequence[str], column: int | None, number: int) -> Money | None:
        cell = _cell(row, column)
        try:
            return values.money(cell, self.currency, self.mapping.decimal)
        except values.OtherCurrency:
            raise
        except NotAnAmount as error:
            raise NotReadable("amount", f"{number}: {cell}") from error

    def _amount(self, row: Sequence[str], number: int) -> Money | None:
        mapping = self.mapping
        if mapping.amount is None:
            into, out = (self._money(row, column, number) for column in (mapping.money_in, mapping.money_out))
            if into is None and out is None:
                return None
            nothing = Money(0, self.currency)
            return (into or nothing) + ((out or nothing) if self.out_is_signed else -(out or nothing))
        amount = self._money(row, mapping.amount, number)
        if amount is None:
            return None
        if mapping.out_is_positive:
            amount = -amount
        marker = _cell(row, mapping.marker).casefold().strip(" .")
        if self.has_signs and marker not in csv_columns.WENT_OUT | csv_columns.CAME_IN:
            return amount
        goes_out = marker in csv_columns.WENT_OUT
        if marker and not self.has_signs:
            return -amount if goes_out else amount
        # Where amounts have signs of their own these count; a word that says the opposite throws doubt on them.
        self.contradictions += bool(marker) and amount.minor != 0 and goes_out != (amount.minor < 0)
        return amount

    def _fee(self, row: Sequence[str], number: int, amount: Money) -> Money:
        """What was taken besides the amount, as what it moves on the account."""
        net = self._money(row, self.mapping.net, number)
        if net is not None:
            return net - amount
        fee = self._money(row, self.mapping.fee, number) or Money(0, self.currency)
        return fee if self.fees_are_signed else -fee


def _is_one_column(mapping: Mapping) -> bool:
    """Whether only a sign could say that an amount went out."""
    return mapping.amount is not None and mapping.marker is None


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column].strip() if column is not None and column < len(row) else ""
