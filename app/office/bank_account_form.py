"""The form for a bank account."""

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from app import clock
from app.appeals.appeal import Appeal
from app.bank.account import BankAccount
from app.bank.formats import values as formats_values
from app.extensions import db
from app.money import Money, NotAnAmount, home_currency
from app.web.fields import CleanedForm, DayField


class BankAccountForm(CleanedForm):
    """A name, the end of the number, and what stood on the account; the number itself is nothing to keep."""

    name = StringField(
        _l("Name"),
        description=_l("What you call it among yourselves, such as “Treasurer’s account”."),
        validators=[
            DataRequired(_l("Enter a name for the account")),
            Length(max=80, message=_l("The name must be 80 characters or fewer")),
        ],
    )
    last_digits = StringField(
        _l("Last four digits of the account number"),
        description=_l("Only these are kept. A file of another account is known by them."),
    )
    currency = SelectField(_l("Currency"), validate_choice=False)
    typed_balance = StringField(
        _l("Balance when the books begin"),
        description=_l("From the bank’s statement. Put a minus in front if the account was overdrawn."),
    )
    day = DayField(_l("At the end of which day"), description=_l("The day before the first line that you will import."))

    def __init__(self, **values: Any) -> None:
        """Offer the organisation's own currency and those that appeals are held in."""
        super().__init__(**values)
        used = set(db.session.scalars(select(Appeal.currency).distinct()))
        choices = [home_currency(), *sorted(used - {home_currency()})]
        self._currencies = choices
        self.balance: Money | None = None
        if len(choices) > 1:
            self.currency.choices = [SelectChoice(each, each.upper()) for each in choices]
        else:
            del self.currency

    @property
    def chosen_currency(self) -> str:
        """The currency that was chosen, or the only one there is."""
        chosen = self.currency.data if "currency" in self else None
        return chosen if chosen in self._currencies else self._currencies[0]

    def validate_name(self, field: StringField) -> None:
        """Two accounts of one name could not be told apart."""
        if db.session.scalar(select(BankAccount.id).where(BankAccount.name == field.data)) is not None:
            self.wrong(field, _("There is an account of this name"))

    def validate_last_digits(self, field: StringField) -> None:
        """Four digits, or none where the number has none."""
        if field.data and not re.fullmatch(r"[0-9]{2,4}", field.data):
            self.wrong(field, _("Enter the last four digits, such as 1234"))

    def validate_typed_balance(self, field: StringField) -> None:
        """Read the balance."""
        try:
            self.balance = formats_values.money(field.data or "", self.chosen_currency)
        except NotAnAmount:
            self.wrong(field, _("Enter an amount in figures, like 1250.00 or -12.50"))

    def validate_day(self, field: DayField) -> None:
        """A balance has a day, and was read off a statement, so that day is over."""
        if self.balance is not None and field.data is None and not field.errors:
            self.wrong(field, _("Enter the day of this balance"))
        if field.data and field.data > clock.today():
            self.wrong(field, _("The day must be today or in the past"))
