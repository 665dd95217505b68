"""The form with which a file is taken in: its new lines, and those of which a person must say if they are new."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField, StringField

from app.bank import taking_in
from app.bank.account import BankAccount
from app.bank.formats import values as formats_values
from app.bank.formats.contents import Read
from app.bank.sorting import NEW, Sorted
from app.money import Money, NotAnAmount
from app.web.fields import CleanedForm


class TakingForm(CleanedForm):
    """`others` are the rows of lines like known ones that are further payments after all."""

    others = SelectMultipleField(_l("Further payments"), validate_choice=False)
    typed_closing = StringField(_l("Balance after the last line"))

    def __init__(self, account: BankAccount, read: Read, **values: Any) -> None:
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

    def validate_typed_closing(self, field: StringField) -> None:
        """Read the balance, where one was typed."""
        try:
            self.closing = formats_values.money(field.data or "", self._currency)
        except NotAnAmount:
            self.wrong(field, _("Enter an amount in figures, like 1250.00 or -12.50"))
