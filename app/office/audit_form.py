"""What the audit trail is narrowed by: who, what, to what, when. All of it stands in the address."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional

from app import clock
from app.audit.reading import Wanted


class AuditForm(FlaskForm):  # type: ignore[misc]
    """The filters; an empty one does not narrow."""

    class Meta:
        """It changes nothing, so it needs no token."""

        csrf: ClassVar[bool] = False

    by = SelectField(_l("Who"), validate_choice=False, validators=[Optional(), Length(max=60)])
    action = SelectField(_l("What"), validate_choice=False, validators=[Optional(), Length(max=60)])
    subject = StringField(_l("About"), validators=[Optional(), Length(max=120)])
    since = DateField(_l("From"), validators=[Optional()])
    until = DateField(_l("Until"), validators=[Optional()])

    def __init__(self, people: list[tuple[str, str]], actions: list[tuple[str, str]]) -> None:
        """The choices are pairs of a value and what it is called; it reads the address."""
        super().__init__(formdata=request.args)
        self.by.choices = [SelectChoice("", _l("Everybody")), *(SelectChoice(*each) for each in people)]
        self.action.choices = [SelectChoice("", _l("Everything")), *(SelectChoice(*each) for each in actions)]

    def wanted(self) -> Wanted:
        """What is asked for, with whole local days; call it once the form is valid."""
        return Wanted(
            by=self.by.data or None,
            action=self.action.data or None,
            subject=(self.subject.data or "").strip() or None,
            since=_begin(self.since.data),
            until=_begin(self.until.data + timedelta(days=1)) if self.until.data else None,
        )

    def as_query(self) -> dict[str, Any]:
        """The filters that are set, for the address of another page of the same."""
        return {name: value for name, value in request.args.items() if name in self._fields and value}


def _begin(day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, clock.local_zone()).astimezone(UTC) if day else None
