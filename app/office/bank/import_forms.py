"""The form with which a bank's file is uploaded.

The form with which a file is taken in: its new lines, and those of which a person must say if they are new.

The form that says what the columns of a bank's CSV file mean, with what would be read by it.
"""

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, SubmitField
from wtforms.fields.choices import SelectChoice

from app.bank import taking_in
from app.bank.account import BankAccount
from app.bank.duplicates import NEW, Sorted
from app.bank.formats import csv_guessing, csv_lines, csv_table, mapping
from app.bank.formats.contents import NotReadable, ReadFile
from app.bank.formats.mapping import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, Mapping
from app.money import Money
from app.office.bank import words
from app.web.fields import BalanceField, CleanedForm


class FileForm(CleanedForm):
    """The file."""

    account = HiddenField()
    file = FileField(
        _l("Bank file"),
        description=_l(
            "CSV, OFX, QIF, MT940 or CAMT.053, up to 3 MB. It may overlap with earlier imports: no "
            "line is counted twice."
        ),
        validators=[FileRequired(_l("Select the file you downloaded from the bank"))],
    )


class TakingForm(CleanedForm):
    """`others` are the rows of lines like known ones that are further payments after all."""

    others = SelectMultipleField(_l("Separate payments"), validate_choice=False)
    typed_closing = BalanceField(_l("Balance after the last line"))

    def __init__(self, account: BankAccount, read: ReadFile, **values: Any) -> None:
        """What a file holds for an account."""
        super().__init__(**values)
        self.read = read
        self.found = taking_in.look(account, read)
        self._currency = account.currency
        self.closing: Money | None = None
        if read.closing is not None:
            del self.typed_closing

    @property
    def new(self) -> list[Sorted]:
        """The lines that are new."""
        return [each for each in self.found if each.verdict == NEW]

    @property
    def doubtful(self) -> list[Sorted]:
        """Lines like known ones, of which nobody can tell without looking whether they are the same."""
        return [each for each in self.found if each.doubtful]

    @property
    def askable(self) -> list[Sorted]:
        """Lines like known ones that are the same, unless somebody knows better."""
        return [each for each in self.found if each.may_be_another and not each.doubtful]

    @property
    def known(self) -> int:
        """How many lines are known already."""
        return len(self.found) - len(self.new)

    @property
    def chosen_others(self) -> set[int]:
        """The rows that somebody ticked."""
        return {int(each) for each in self.others.data or () if each.isdigit()}

    def validate_typed_closing(self, field: BalanceField) -> None:
        """Read the balance, where one was typed."""
        self.closing = field.read(self._currency)


_NONE = ""
_LONGEST = 40
# The fields that name one column; the day's is the only one that must.
_SINGLE = (
    "day",
    "amount",
    "money_in",
    "money_out",
    "payer",
    "payee",
    "balance",
    "bank_id",
    "marker",
    "fee",
    "net",
    "currency",
    "account",
    "kind",
)


class ColumnsForm(CleanedForm):
    """A choice of column for each thing a line says. It opens with what was kept, or else with what is guessed."""

    day = SelectField(_l("Date"), validate_choice=False)
    date_order = SelectField(
        _l("Date format"),
        choices=[
            SelectChoice(DAY_FIRST, _l("day, month, year")),
            SelectChoice(YEAR_FIRST, _l("year, month, day")),
            SelectChoice(MONTH_FIRST, _l("month, day, year")),
        ],
    )
    amount = SelectField(_l("Amount, in one column with a plus or minus sign"), validate_choice=False)
    money_in = SelectField(_l("Money in"), validate_choice=False)
    money_out = SelectField(_l("Money out"), validate_choice=False)
    out_is_positive = BooleanField(_l("Payments out have no minus sign"))
    decimal = SelectField(
        _l("Decimal separator"),
        choices=[SelectChoice(".", _l("a point: 1,234.50")), SelectChoice(",", _l("a comma: 1.234,50"))],
    )
    payer = SelectField(_l("Payer or payee"), validate_choice=False)
    payee = SelectField(_l("Payee, if it is in another column"), validate_choice=False)
    details = SelectMultipleField(
        _l("Description"),
        description=_l("References and descriptions. Select every column that has some."),
        validate_choice=False,
    )
    balance = SelectField(_l("Balance after the line"), validate_choice=False)
    bank_id = SelectField(
        _l("The bank’s reference number for the payment"),
        description=_l("Different in every row."),
        validate_choice=False,
    )
    marker = SelectField(
        _l("Direction, in words"),
        description=_l("Such as Debit or Credit, if the amounts have no sign."),
        validate_choice=False,
    )
    fee = SelectField(_l("Fee, charged on top of the amount"), validate_choice=False)
    net = SelectField(_l("Amount after the fee"), validate_choice=False)
    currency = SelectField(_l("Currency"), validate_choice=False)
    account = SelectField(_l("Your account number"), validate_choice=False)
    states = SelectMultipleField(
        _l("Payment status"),
        description=_l("Such as Pending or Completed. Only completed payments are imported."),
        validate_choice=False,
    )
    kind = SelectField(
        _l("Kind of payment"), description=_l("Rows that only reserve money are left out."), validate_choice=False
    )
    look = SubmitField(_l("Preview"))

    def __init__(self, account: BankAccount, body: bytes) -> None:
        """The columns of this file, as they were kept for the account or as they are guessed."""
        self.table = csv_table.read(body)
        self._account = account
        remembered = mapping.stored(account.id, self.table.shape)
        # Columns that hold amounts for the first time: what was kept does not say what they are.
        self.unexplained = (
            [self.heading(each) for each in csv_guessing.unexplained(self.table, remembered)] if remembered else []
        )
        known = (
            remembered
            if remembered and self._fits(remembered)
            else csv_guessing.guess(self.table, account.currency) or remembered
        )
        super().__init__(data=_as_typed(known) if known else None)
        columns = [SelectChoice(str(number), self.heading(number)) for number in range(self.table.width)]
        for name in _SINGLE[1:]:
            self[name].choices = [SelectChoice(_NONE, _("none")), *columns]
        self.day.choices = self.details.choices = self.states.choices = columns
        self.columns: Mapping | None = None
        self.read: ReadFile | None = None
        if not self.is_submitted():
            self._read(known)

    def _fits(self, remembered: Mapping) -> bool:
        """Whether the file can be read by what was kept."""
        if self.unexplained:
            return False
        try:
            csv_lines.read(self.table, remembered, self._account.currency, self._account.last_digits)
        except NotReadable:
            return False
        return True

    @property
    def unread(self) -> list[str]:
        """Columns that hold amounts which are not read."""
        columns = self.columns
        if columns is None:
            return []
        return [self.heading(each) for each in csv_guessing.unexplained(self.table, replace(columns, held_money=()))]

    def heading(self, number: int) -> str:
        """What a column is called, or what stands in it first."""
        named = self.table.header[number] if number < len(self.table.header) else ""
        first = next((row[number] for row in self.table.rows if number < len(row) and row[number].strip()), "")
        label = named or _("%(number)s, such as “%(first)s”", number=number + 1, first=first.strip()[:_LONGEST])
        return str(label)

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the file can be read by these columns."""
        super().validate(extra_validators)
        day = self._number(self.day.data)
        amount, into, out = (self._number(each.data) for each in (self.amount, self.money_in, self.money_out))
        if day is None:
            self.wrong(self.day, _("Select the column with the date"))
        if amount is None and (into is None or out is None):
            self.wrong(self.amount, _("Select the column with the amount, or the columns for money in and money out"))
        elif amount is not None and (into is not None or out is not None):
            self.wrong(self.amount, _("Select either one amount column, or the columns for money in and money out"))
        if self.errors or day is None:
            return False
        self._read(
            Mapping(
                **{name: self._number(self[name].data) for name in _SINGLE[1:]},
                day=day,
                date_order=self.date_order.data,
                details=self._numbers(self.details.data),
                states=self._numbers(self.states.data),
                decimal=self.decimal.data,
                out_is_positive=bool(self.out_is_positive.data),
                held_money=tuple(csv_guessing.money_columns(self.table)),
            )
        )
        return not self.errors

    def _read(self, columns: Mapping | None) -> None:
        self.columns = columns
        if columns is None:
            return
        try:
            self.read = csv_lines.read(self.table, columns, self._account.currency, self._account.last_digits)
        except NotReadable as refusal:
            fields = {"day": self.day, "other-account": self.account, "several-accounts": self.account}
            self.wrong(fields.get(refusal.reason, self.amount), words.wrong_with(refusal))

    def _numbers(self, typed: list[str] | None) -> tuple[int, ...]:
        return tuple(number for each in typed or () if (number := self._number(each)) is not None)

    def _number(self, typed: str | None) -> int | None:
        return int(typed) if typed and typed.isdigit() and int(typed) < self.table.width else None


def _as_typed(known: Mapping) -> dict[str, Any]:
    """A mapping as the fields hold it."""
    found = {name: getattr(known, name) for name in _SINGLE}
    return {
        **{name: _NONE if number is None else str(number) for name, number in found.items()},
        "details": [str(number) for number in known.details],
        "states": [str(number) for number in known.states],
        "date_order": known.date_order,
        "decimal": known.decimal,
        "out_is_positive": known.out_is_positive,
    }
