"""The forms of entries by hand and of their reversals."""

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, Length, Regexp

from app import clock, typed_amount
from app.ledger import accounts, by_hand
from app.ledger.by_hand import Draft
from app.money import Money, NotAnAmount
from app.office.book_words import BY_HAND, kind_name
from app.web.fields import CleanedForm

_LONGEST = 1000


class EntryForm(CleanedForm):
    """One transfer between two accounts, its day and its reason."""

    nonce = HiddenField(validators=[Regexp(r"^[0-9a-f]{24}$")])
    kind = RadioField(
        _l("What is it?"), validate_choice=False, validators=[AnyOf(list(by_hand.KINDS), _l("Choose what it is"))]
    )
    from_code = SelectField(_l("From"), validators=[DataRequired(_l("Choose the account it comes from"))])
    to_code = SelectField(_l("To"), validators=[DataRequired(_l("Choose the account it goes to"))])
    amount = StringField(_l("Amount"), validators=[DataRequired(_l("Enter the amount"))])
    day = StringField(
        _l("Day"), description=_l("For example, 27/3/2026"), validators=[DataRequired(_l("Enter the day"))]
    )
    reason = TextAreaField(
        _l("Reason"),
        description=_l("For those who check the books. It is kept apart from them and can be erased."),
        validators=[DataRequired(_l("Say why")), Length(max=_LONGEST)],
    )

    def __init__(self, currency: str, **values: Any) -> None:
        """Offer the accounts of the books in a currency, by kind."""
        super().__init__(**values)
        self._currency = currency
        self._money: Money | None = None
        self._day: date | None = None
        self.kind.choices = [SelectChoice(kind, f"{name}: {when}") for kind, (name, when) in BY_HAND.items()]
        self.from_code.choices = self.to_code.choices = _choices(currency)

    def validate_amount(self, field: StringField) -> None:
        """Read what was typed."""
        try:
            self._money = typed_amount.read(field.data or "", self._currency)
        except NotAnAmount as error:
            self.wrong(field, typed_amount.complaint(error, field.data or "", self._currency))
        else:
            if self._money.minor <= 0:
                self.wrong(field, _("Enter an amount above nothing"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether an entry can be made of it."""
        super().validate(extra_validators)
        if self.from_code.data and self.from_code.data == self.to_code.data:
            self.wrong(self.to_code, _("Choose two different accounts"))
        self._day = self.day_in(self.day)
        return not self.errors

    def draft(self) -> Draft:
        """The entry that a valid form describes."""
        day, money = self._day or clock.today(), self._money or Money(0, self._currency)
        return Draft(
            self.kind.data, self.from_code.data, self.to_code.data, money, day, self.reason.data, self.nonce.data
        )


class ReversalForm(CleanedForm):
    """Why an entry is reversed."""

    reason = TextAreaField(
        _l("Why is it reversed?"), validators=[DataRequired(_l("Say why it is reversed")), Length(max=_LONGEST)]
    )


def _choices(currency: str) -> dict[str, list[tuple[str, str]]]:
    """The accounts of a currency under the names of their kinds, after a line that is none."""
    found = by_hand.choices(currency)
    groups: dict[str, list[tuple[str, str]]] = {"": [("", _("Choose an account"))]}
    for kind in accounts.KINDS:
        mine = [
            (code, name) for code, (its_kind, name) in found.items() if its_kind == kind and code.endswith(currency)
        ]
        if mine:
            groups[kind_name(kind)] = mine
    return groups
