"""The base of the office's forms: what never matters in typed text is taken away before anything looks at it."""

from datetime import date, time
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, Field, StringField, TextAreaField

from app import typed_text
from app.office import moments

_CLEANED = {StringField: typed_text.line, EmailField: typed_text.line, TextAreaField: typed_text.lines}


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
            self.form_errors.append(_("This page was open for too long. Nothing was saved; send it again."))
        return not self.errors

    def day_in(self, field: StringField, needed: str = "") -> date | None:
        """The day that was typed in a field. `needed` is what to say when there must be one and there is none."""
        try:
            if field.data or needed:
                return moments.day(field.data or "")
        except ValueError:
            self.wrong(field, _("Enter a day like 27/3/2026") if field.data else needed)
        return None

    def time_in(self, field: StringField, needed: str = "") -> time | None:
        """The time of day that was typed in a field; otherwise as `day_in`."""
        try:
            if field.data or needed:
                return moments.time_of_day(field.data or "")
        except ValueError:
            self.wrong(field, _("Enter a time like 19:30") if field.data else needed)
        return None
