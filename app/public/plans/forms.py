"""The forms with which a donor changes a monthly gift."""

from typing import Any

from babel.lists import format_list
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired

from app import clock
from app.donations.plans import dates
from app.donations.plans.changes import (
    AMOUNT,
    APPEAL,
    CANCEL,
    MONTHS,
    PAUSE,
    RESUME,
    Change,
    other_appeals,
    to_appeal,
)
from app.donations.plans.plan import Plan
from app.money import Money
from app.public.giving import form


class AmountForm(FlaskForm):  # type: ignore[misc]
    """Another amount from the next payment on."""

    amount = StringField(_l("New amount every month"), validators=[DataRequired(_l("Enter an amount"))])

    def __init__(self, currency: str, **values: Any) -> None:
        """The amount is in the plan's currency."""
        super().__init__(**values)
        self._currency = currency
        self._amount: Money | None = None

    def validate_amount(self, field: StringField) -> None:
        """Read what was typed."""
        try:
            self._amount = form.read((field.data or "").strip(), self._currency)
        except form.NotTaken as refusal:
            field.errors = [*field.errors, str(refusal)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the amount can be taken."""
        super().validate(extra_validators)
        return not self.errors

    def change(self) -> Change:
        """The change that a valid form describes."""
        return Change(AMOUNT, self._amount)


class OtherAppealForm(FlaskForm):  # type: ignore[misc]
    """Another appeal from the next payment on."""

    appeal = RadioField(_l("From the next payment, give it to"), validate_choice=False)

    def __init__(self, plan: Plan, **values: Any) -> None:
        """Offer the appeals that the plan may be moved to; none is chosen beforehand."""
        super().__init__(**values)
        self._appeals = {each.reference: each for each in other_appeals(plan)}
        self.appeal.choices = [SelectChoice(reference, each.title) for reference, each in self._appeals.items()]

    def validate_appeal(self, field: RadioField) -> None:
        """Take an appeal that was offered."""
        if field.data not in self._appeals:
            field.errors = [*field.errors, _("Choose an appeal")]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether an appeal that was offered is chosen."""
        super().validate(extra_validators)
        return not self.errors

    def change(self) -> Change:
        """The change that a valid form describes."""
        return to_appeal(self._appeals[self.appeal.data])


class PauseForm(FlaskForm):  # type: ignore[misc]
    """A pause that ends by itself."""

    months = RadioField(
        _l("For how long?"),
        validate_choice=False,
        validators=[AnyOf([str(months) for months in MONTHS], _l("Choose for how long"))],
    )

    def __init__(self, plan: Plan, **values: Any) -> None:
        """Offer the lengths, each with the days that it skips; none is chosen beforehand."""
        super().__init__(**values)
        self.months.choices = [
            SelectChoice(str(months), ngettext("%(num)d month", "%(num)d months", months)) for months in MONTHS
        ]
        self.hints = {str(months): _skips(plan, months) for months in MONTHS}

    def change(self) -> Change:
        """The change that a valid form describes."""
        return Change(PAUSE, months=int(self.months.data))


def _skips(plan: Plan, months: int) -> str:
    """What a pause means in days: '12 December and 12 January are skipped; the next payment is on 12 February 2027.'"""
    skipped, taken = dates.if_paused(plan, months)
    if taken is None:
        return ""
    days = format_list([format_date(clock.local_day(each), "d MMMM") for each in skipped], locale=get_locale())
    return str(
        ngettext(
            "%(days)s is skipped; the next payment is taken on %(day)s.",
            "%(days)s are skipped; the next payment is taken on %(day)s.",
            len(skipped),
            days=days,
            day=format_date(clock.local_day(taken), "d MMMM y"),
        )
    )


class ResumeForm(FlaskForm):  # type: ignore[misc]
    """The end of a pause: nothing to fill in."""

    def change(self) -> Change:
        """The change."""
        return Change(RESUME)


class EndPlanForm(FlaskForm):  # type: ignore[misc]
    """The end of the plan, confirmed by sending this form."""

    def change(self) -> Change:
        """The change."""
        return Change(CANCEL)


def done(kind: str) -> str:
    """What is said once a change has been made; empty for a word that means none."""
    said = {
        AMOUNT: _("The new amount applies from the next payment. We will confirm this by email."),
        APPEAL: _("From the next payment, your monthly gift goes to this appeal. We will confirm this by email."),
        PAUSE: _(
            "Your monthly gift is paused. The payments that will be skipped are listed below. "
            "We will confirm them by email."
        ),
        RESUME: _("Your monthly gift continues with the next payment. We will confirm this by email."),
        "card": _("You are back from the card page. If you saved a new card there, the next payment uses it."),
    }
    return str(said.get(kind, ""))
