"""Fields in which a day, an amount or a number of pieces is typed, and what is said when it cannot be read.

The base of the office's forms: what never matters in typed text is taken away before anything looks at it.

Days and times of day as editors type them or their browsers send them, in the local zone.

The days that a page is asked for in its address: `?from=2026-07-01&to=2026-07-31`.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from flask import request
from flask_babel import format_number
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import CSRFProtect, FlaskForm
from wtforms import Field, SelectField, StringField, TextAreaField, ValidationError, fields
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional
from wtforms.widgets import DateInput, TextInput, TimeInput

from app import clock, money
from app.money import Money, NotAnAmount

# The years that the archive has pages for.
_YEARS = range(1900, 2100)
_DAYS = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", re.A),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.A),
)
_TIME = re.compile(r"(?P<h>\d{1,2})[:.](?P<m>\d\d)(?::00)?", re.A)


def day(text: str) -> date:
    """The day that was typed: '2026-12-01', as browsers send it, or '1/12/2026'. Raises `ValueError`."""
    match = next(filter(None, (pattern.fullmatch(text) for pattern in _DAYS)), None)
    if match is None or int(match["y"]) not in _YEARS:
        raise ValueError("not a day")
    return date(int(match["y"]), int(match["m"]), int(match["d"]))


def time_of_day(text: str) -> time:
    """The time that was typed on a clock of 24 hours: '19:30' or '19.30'. Raises `ValueError`."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("not a time")
    return time(int(match["h"]), int(match["m"]))


def instant(on: date, at: time = time()) -> datetime:
    """The instant in UTC at which a local clock shows that day and time."""
    return datetime.combine(on, at, clock.local_zone()).astimezone(UTC)


def typed_day(moment: datetime | None) -> date | None:
    """An instant's local day as a day field holds it; nothing without one."""
    return clock.local_day(moment) if moment else None


def typed_time(moment: datetime | None) -> time | None:
    """An instant's local time of day as a time field holds it; nothing without one."""
    return clock.local(moment).time() if moment else None


def cleaned_line(text: str | None) -> str | None:
    """One line, without spaces around it and without control characters: PostgreSQL keeps no NUL, mails no line end."""
    return text and _without_controls(re.sub(r"[\t\r\n]+", " ", text), but="").strip()


def cleaned_lines(text: str | None) -> str | None:
    """Some lines, each ended by a mere line feed; else as one line."""
    return text and _without_controls(re.sub(r"\r\n?", "\n", text).replace("\t", " "), but="\n").strip()


def _without_controls(text: str, *, but: str) -> str:
    return "".join(each for each in text if each in but or unicodedata.category(each) != "Cc")


# What a mail server must take (RFC 5321).
_LONGEST_EMAIL = 254
_WHOLE = re.compile(r"\d{1,6}", re.ASCII)


class AtMost(Length):  # type: ignore[misc]
    """So many characters at most, said of every field in the same words."""

    def __init__(self, most: int) -> None:
        """Browsers are told as well, by the attribute `maxlength`."""
        super().__init__(max=most)

    def __call__(self, _form: Any, field: Field) -> None:
        """Refuse what is longer."""
        if len(field.data or "") > self.max:
            named = {"what": field.label.text, "most": format_number(self.max)}
            raise ValidationError(_("%(what)s must be %(most)s characters or fewer", **named))


def _asked(missing: Any, longest: int | None = None) -> list[Any]:
    return [*([DataRequired(missing)] if missing else []), *([AtMost(longest)] if longest else [])]


class LineField(StringField):  # type: ignore[misc]
    """A line of text. `missing` is what to say where there must be one; without it the field may stay empty."""

    def __init__(self, label: Any = None, *, longest: int, missing: Any = None, **values: Any) -> None:
        """`longest` is how many characters it may have."""
        super().__init__(label, _asked(missing, longest), **values)


class LinesField(TextAreaField):  # type: ignore[misc]
    """Text of several lines, likewise."""

    def __init__(self, label: Any = None, *, longest: int, missing: Any = None, **values: Any) -> None:
        """`longest` is how many characters it may have."""
        super().__init__(label, _asked(missing, longest), **values)


class DayField(StringField):  # type: ignore[misc]
    """A day; browsers offer a calendar, and '9/7/2026' is understood where they do not. `missing` is what to say where
    there must be one."""

    widget = DateInput()
    data: date | None

    def __init__(self, label: Any = None, *, missing: Any = None, **values: Any) -> None:
        """What cannot be read is not missing, so it is the input that is asked for."""
        super().__init__(label, [InputRequired(missing)] if missing else [], **values)

    def _value(self) -> str:
        return self.data.isoformat() if self.data else (self.raw_data[0] if self.raw_data else "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = None
        text = cleaned_line(valuelist[0]) if valuelist else ""
        try:
            self.data = day(text) if text else None
        except ValueError as error:
            raise ValidationError(_("Enter a date, like 27/3/2026")) from error


class TimeField(StringField):  # type: ignore[misc]
    """A time of day on a clock of 24 hours, '19:30' or '19.30'."""

    widget = TimeInput()
    data: time | None

    def _value(self) -> str:
        return f"{self.data:%H:%M}" if self.data else (self.raw_data[0] if self.raw_data else "")

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed."""
        self.data = None
        text = cleaned_line(valuelist[0]) if valuelist else ""
        try:
            self.data = time_of_day(text) if text else None
        except ValueError as error:
            raise ValidationError(_("Enter a time, like 19:30")) from error


class EmailField(fields.EmailField):  # type: ignore[misc]
    """An email address. `missing` is what to say where there must be one; without it the field may stay empty."""

    def __init__(self, label: Any = None, *, missing: Any = None, **values: Any) -> None:
        """Look at the length and at the form of an address, always in the same words."""
        validators = [
            *(_asked(missing) or [Optional()]),
            AtMost(_LONGEST_EMAIL),
            Email(_l("Enter an email address in the correct format, like name@example.org")),
        ]
        super().__init__(label, validators, **values)


class AmountField(StringField):  # type: ignore[misc]
    """An amount; its currency is that of whatever the form is about, so it is read when that is known."""

    widget = TextInput()

    def __init__(self, label: Any = None, *, missing: Any = None, **values: Any) -> None:
        """`missing` is what to say where there must be one."""
        super().__init__(label, _asked(missing), **values)

    def read(self, currency: str) -> Money | None:
        """The amount in a currency, or nothing, and a message beside the field."""
        text = (self.data or "").strip()
        try:
            amount = money.read_typed(text, currency)
        except NotAnAmount as error:
            wrong = money.complaint(error, text, currency) if text else _("Enter an amount")
        else:
            if amount.minor:
                return amount
            wrong = _("The amount must be greater than zero")
        self.errors: list[str] = [*self.errors, wrong]
        return None


class BalanceField(StringField):  # type: ignore[misc]
    """A balance, which may be below zero; empty is none. It is read when its currency is known."""

    widget = TextInput()

    def read(self, currency: str) -> Money | None:
        """The balance in a currency, or nothing, and a message beside the field where something was typed."""
        try:
            return money.read_signed(self.data or "", currency)
        except NotAnAmount:
            self.errors: list[str] = [*self.errors, _("Enter an amount in figures, like 1250.00 or -12.50")]
            return None


class NumberField(fields.IntegerField):  # type: ignore[misc]
    """A whole number."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed, and say in our words when it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Enter a whole number")) from None


class OfferedField(SelectField):  # type: ignore[misc]
    """A choice among things that the form offers, by their references; `otherwise` is what is said of anything else.
    With `none`, the name of choosing nothing, it may be left at that."""

    def __init__(self, label: Any = None, *, otherwise: Any, none: Any = None, **values: Any) -> None:
        """Offers nothing yet."""
        super().__init__(label, validate_choice=False, **values)
        self._otherwise, self._none = otherwise, none
        self.offered: dict[str, Any] = {}
        self.flags.required = none is None

    def offer(self, things: Iterable[Any], name: str) -> None:
        """Offer things that have a reference, each under the name that its attribute `name` holds."""
        self.offered = {each.reference: each for each in things}
        nothing = [] if self._none is None else [SelectChoice("", self._none)]
        self.choices = [*nothing, *(SelectChoice(key, getattr(each, name)) for key, each in self.offered.items())]

    @property
    def chosen(self) -> Any:
        """What was chosen, or nothing."""
        return self.offered.get(self.data or "")

    def pre_validate(self, _form: Any) -> None:
        """Take what was offered."""
        if self.chosen is None and (self.data or self._none is None):
            raise ValidationError(self._otherwise)


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
            raise ValidationError(_("Enter the number of each in figures, like 12"))
        self.data = int(text or 0)

    def process(self, *arguments: Any, **values: Any) -> None:
        """None of them, until something is typed."""
        self.data = 0
        super().process(*arguments, **values)


_CLEANED = {
    **dict.fromkeys((StringField, LineField, EmailField, AmountField, BalanceField), cleaned_line),
    **dict.fromkeys((TextAreaField, LinesField), cleaned_lines),
}


# Forms from other sites are refused; webhooks carry a signature instead.
csrf = CSRFProtect()


class CleanedForm(FlaskForm):  # type: ignore[misc]
    """A form whose text fields come without spaces around them and without control characters."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Where WTForms lets a form have its say in how fields are made."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            """Clean every text field."""
            cleaned = _CLEANED.get(unbound_field.field_class)
            options["filters"] = [*(options.get("filters") or []), cleaned] if cleaned else ()
            return unbound_field.bind(form=form, **options)

    def wrong(self, field: Field, message: str) -> None:
        """Put a message beside a field, after it was read."""
        field.errors = [*field.errors, message]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the form can be taken; a form that was open for too long keeps what was typed."""
        super().validate(extra_validators)
        if "csrf_token" in self and self.csrf_token.errors:
            self.csrf_token.errors = []
            self.form_errors.append(_("This page was open for too long, so nothing was saved. Send it again."))
        return not self.errors


def day_asked(name: str, otherwise: date) -> date:
    """A day from the address; what is no day counts as not asked."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise


def last_month() -> tuple[date, date]:
    """The first and the last day of the month before the running one."""
    last = clock.today().replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last
