"""Fields in which a day, an amount or a number of pieces is typed, and what is said when it cannot be read."""

import re
from datetime import date
from typing import Any

from flask_babel import gettext as _
from wtforms import StringField, ValidationError
from wtforms.widgets import DateInput, TextInput

from app import typed_amount
from app.money import Money, NotAnAmount
from app.office import moments

_WHOLE = re.compile(r"\d{1,6}", re.ASCII)


class DayField(StringField):  # type: ignore[misc]
    """A day; browsers offer a calendar, and '9/7/2026' is understood where they do not."""

    widget = DateInput()
    data: date | None

    def _value(self) -> str:
        return self.data.isoformat() if self.data else (self.raw_data[0] if self.raw_data else "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = None
        text = valuelist[0].strip() if valuelist else ""
        try:
            self.data = moments.day(text) if text else None
        except ValueError as error:
            raise ValidationError(_("Enter a day, like 9/7/2026")) from error


class AmountField(StringField):  # type: ignore[misc]
    """An amount; its currency is that of whatever the form is about, so it is read when that is known."""

    widget = TextInput()

    def read(self, currency: str) -> Money | None:
        """The amount in a currency, or nothing, and a message beside the field."""
        text = (self.data or "").strip()
        try:
            amount = typed_amount.read(text, currency)
        except NotAnAmount as error:
            wrong = typed_amount.complaint(error, text, currency) if text else _("Enter the amount")
        else:
            if amount.minor:
                return amount
            wrong = _("The amount must be more than nothing")
        self.errors: list[str] = [*self.errors, wrong]
        return None


class PiecesField(StringField):  # type: ignore[misc]
    """How many coins or notes of one kind; nothing typed is none of them."""

    widget = TextInput()
    data: int

    def _value(self) -> str:
        return self.raw_data[0] if self.raw_data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = 0
        text = valuelist[0].strip() if valuelist else ""
        if text and not _WHOLE.fullmatch(text):
            raise ValidationError(_("Enter how many there are of each, in figures, like 12"))
        self.data = int(text or 0)

    def process(self, *arguments: Any, **values: Any) -> None:
        """None of them, until something is typed."""
        self.data = 0
        super().process(*arguments, **values)
