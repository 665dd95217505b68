"""The form in which an appeal is written: its words, its money, its days, and its place under the articles."""

import re
from datetime import date
from typing import Any

from babel.numbers import get_currency_name
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app import money
from app.appeals.appeal import Appeal
from app.appeals.scheduling import Schedule
from app.donations import amounts
from app.money import Money, NotAnAmount, SeveralReadings, TooManyDecimals, home_currency, written
from app.office.content.text_form import MOST_CHARACTERS, TextForm
from app.web.fields import AmountField, DayField, LineField, LinesField, NumberField

# An amount may hold a comma itself, so only one with a space after it separates.
_SEPARATORS = re.compile(r"\n|;|,\s+")
_MOST_SUGGESTED = 8
_HIGHEST = 1000
# Addresses below /office/appeals/ that are no appeal's.
_RESERVED = ("new",)


class AppealForm(TextForm):
    """Everything an editor writes of an appeal."""

    title = LineField(_l("Title"), missing=_l("Enter a title"), longest=200)
    slug = StringField(
        _l("Address"),
        description=_l(
            "The last part of its web address, like winter-appeal. You cannot change it "
            "later, because people keep links to it."
        ),
        validators=[DataRequired(_l("Enter an address"))],
    )
    currency = SelectField(
        _l("Currency"), description=_l("You cannot change this."), validators=[DataRequired(_l("Select a currency"))]
    )
    text = LinesField(
        _l("Text"),
        description=_l("The first paragraph appears above the form, the rest below it."),
        missing=_l("Enter the text"),
        longest=MOST_CHARACTERS,
    )
    target = AmountField(_l("Target"), description=_l("Leave empty if the appeal has no target."))
    suggested = TextAreaField(_l("Suggested amounts"), description=_l("One on each line. None is selected in advance."))
    rhythm = RadioField(
        _l("Option selected in advance on the giving form"),
        choices=[
            SelectChoice("", _l("None: the donor chooses")),
            SelectChoice("once", _l("Once")),
            SelectChoice("monthly", _l("Every month")),
        ],
        default="",
        validate_choice=False,
    )
    starts_on = DayField(_l("First day"), description=_l("Leave empty to keep it as a draft that nobody sees."))
    ends_on = DayField(_l("Last day"), description=_l("Leave empty if it goes on until you end it."))
    under_articles = BooleanField(_l("Show it under the articles"))
    precedence = NumberField(
        _l("Precedence"),
        description=_l("If several appeals can be shown on the same day, the one with the highest number is."),
        default=10,
    )

    def __init__(self, appeal: Appeal | None = None, **values: Any) -> None:
        """An appeal that exists keeps its address and its currency, so they are not asked for."""
        super().__init__(**values)
        home = home_currency()
        if appeal is None:
            self.currency.choices = [
                SelectChoice(code, get_currency_name(code.upper(), count=2, locale=str(get_locale() or "en_GB")))
                for code in dict.fromkeys([home, *amounts.known_currencies()])
            ]
            self._currency = self.currency.data or home
        else:
            del self.slug, self.currency
            self._currency = appeal.currency
        if appeal is not None and appeal.general_fund:
            # It is open while no other is, and stands under no article: there is nothing to say about it.
            del self.starts_on, self.ends_on, self.under_articles, self.precedence
        self._changes: Schedule = {}

    @property
    def unit(self) -> str:
        """The currency that the amounts are in."""
        return self._currency

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether an appeal can be made of it."""
        super().validate(extra_validators)
        if "slug" in self and self.slug.data in _RESERVED:
            self.wrong(self.slug, _("This address is already used. Enter another one"))
        self._changes = {
            "title": self.title.data or "",
            "target": self.target.read(self.unit) if self.target.data else None,
            "suggested": self._suggested(),
            "preset_rhythm": self.rhythm.data if self.rhythm.data in ("once", "monthly") else None,
        }
        if "starts_on" in self:
            self._changes |= self._days_and_place()
        return not self.errors

    def _days_and_place(self) -> Schedule:
        starts_on, ends_on = self.starts_on.data, self.ends_on.data
        if ends_on and not starts_on and not self.starts_on.errors:
            self.wrong(self.starts_on, _("Enter the first day as well, or leave the last day empty"))
        if starts_on and ends_on and ends_on < starts_on:
            self.wrong(self.ends_on, _("The last day must be on or after the first day"))
        precedence = self.precedence.data if self.under_articles.data else None
        if self.under_articles.data and (precedence is None or not 0 <= precedence <= _HIGHEST):
            self.precedence.errors = [_("Enter a whole number from 0 to %(most)s", most=_HIGHEST)]
        return {"starts_on": starts_on, "ends_on": ends_on, "precedence": precedence}

    def changes(self) -> Schedule:
        """What a valid form describes, apart from its text."""
        return self._changes

    def place_asked(self) -> tuple[date | None, date | None, int | None]:
        """First day, last day and precedence as they are in the form now; what cannot be read counts as empty."""
        return self.starts_on.data, self.ends_on.data, self.precedence.data if self.under_articles.data else None

    def _suggested(self) -> list[Money]:
        typed = [each.strip() for each in _SEPARATORS.split(self.suggested.data or "") if each.strip()]
        if len(typed) > _MOST_SUGGESTED:
            self.wrong(self.suggested, _("Enter %(most)s suggested amounts or fewer", most=_MOST_SUGGESTED))
        read = [amount for each in typed[:_MOST_SUGGESTED] if (amount := self._one_of_them(each))]
        least, most = amounts.minimum(self.unit), amounts.maximum(self.unit)
        if any(amount.minor % money.step(self.unit) for amount in read):
            self.wrong(self.suggested, money.too_fine(self.unit))
        if any(not least <= amount <= most for amount in read):
            limits = {"least": written(least, short=True), "most": written(most, short=True)}
            self.wrong(self.suggested, _("Suggested amounts must be between %(least)s and %(most)s", **limits))
        return read

    def _one_of_them(self, text: str) -> Money | None:
        field = self.suggested
        try:
            amount = money.read_typed(text, self.unit)
        except SeveralReadings as error:
            self.wrong(field, money.complaint(error, text, self.unit))
        except TooManyDecimals:
            self.wrong(field, _("“%(typed)s” has too many decimal places", typed=text))
        except NotAnAmount:
            self.wrong(field, _("“%(typed)s” is not an amount in figures, like 25 or 12.50", typed=text))
        else:
            if amount.minor > 0:
                return amount
            self.wrong(field, _("The amount must be greater than zero"))
        return None
