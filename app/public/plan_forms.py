"""The forms with which a donor changes a monthly gift."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired

from app.donations.plan_changes import AMOUNT, CANCEL, MONTHS, PAUSE, RESUME, Change
from app.money import Money
from app.public import amount_typed


class AmountForm(FlaskForm):  # type: ignore[misc]
    """Another amount from the next payment on."""

    amount = StringField(_l("New amount every month"), validators=[DataRequired(_l("Enter the amount"))])

    def __init__(self, currency: str, **values: Any) -> None:
        """The amount is in the plan's currency."""
        super().__init__(**values)
        self._currency = currency
        self._amount: Money | None = None

    def validate_amount(self, field: StringField) -> None:
        """Read what was typed."""
        try:
            self._amount = amount_typed.read((field.data or "").strip(), self._currency)
        except amount_typed.NotTaken as refusal:
            field.errors = [*field.errors, str(refusal)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the amount can be taken."""
        super().validate(extra_validators)
        return not self.errors

    def change(self) -> Change:
        """The change that a valid form describes."""
        return Change(AMOUNT, self._amount)


class PauseForm(FlaskForm):  # type: ignore[misc]
    """A pause that ends by itself."""

    months = RadioField(
        _l("For how long?"),
        validate_choice=False,
        validators=[AnyOf([str(months) for months in MONTHS], _l("Choose for how long"))],
    )

    def __init__(self, **values: Any) -> None:
        """Offer the lengths; none is chosen beforehand."""
        super().__init__(**values)
        self.months.choices = [
            SelectChoice(str(months), ngettext("%(num)d month", "%(num)d months", months)) for months in MONTHS
        ]

    def change(self) -> Change:
        """The change that a valid form describes."""
        return Change(PAUSE, months=int(self.months.data))


class ResumeForm(FlaskForm):  # type: ignore[misc]
    """The end of a pause: nothing to fill in."""

    def change(self) -> Change:
        """The change."""
        return Change(RESUME)


class EndForm(FlaskForm):  # type: ignore[misc]
    """The end of the plan, confirmed by sending this form."""

    def change(self) -> Change:
        """The change."""
        return Change(CANCEL)


def done(kind: str) -> str:
    """What is said once a change has been made; empty for a word that means none."""
    said = {
        AMOUNT: _("The new amount holds from the next payment on."),
        PAUSE: _("Your monthly gift is paused. Nothing is taken until the pause is over."),
        RESUME: _("Your monthly gift goes on with the next payment."),
        "card": _("You are back from the card page. If you gave a new card there, the next payment is taken from it."),
    }
    return str(said.get(kind, ""))
