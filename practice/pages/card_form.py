"""What Practice Stripe asks of the person who pays; the field names are those of the peer's page too.

Pages that lead on: whoever is done is sent to where they came from, and the page's policy allows no other way.
"""

import re
from urllib.parse import urlsplit

from flask import Response, g, render_template
from flask_babel import lazy_gettext as _l
from wtforms import EmailField, Form, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Regexp

from app import clock
from practice.objects import cards
from practice.objects.intents import Payer

_EXPIRY = re.compile(r"(?P<month>0?[1-9]|1[0-2])\s*/?\s*(?:20)?(?P<year>\d{2})", re.ASCII)


def strip(value: str | None) -> str | None:
    return value.strip() if value else value


class CardForm(Form):  # type: ignore[misc]  # WTForms carries no types
    """The card, and who holds it. Only test cards are taken; any other number is neither kept nor shown again."""

    email = EmailField(
        _l("Email address"),
        [
            DataRequired(_l("Enter an email address.")),
            Regexp(r"[^@\s]+@[^@\s]+\Z", message=_l("Enter an email address like name@example.org.")),
            Length(max=254, message=_l("Enter an email address of at most 254 characters.")),
        ],
        filters=[strip],
    )
    number = StringField(_l("Card number"), [DataRequired(_l("Enter a test card number."))], filters=[strip])
    exp = StringField(_l("Expiry date"), [DataRequired(_l("Enter an expiry date."))], filters=[strip])
    cvc = StringField(
        _l("Security code"),
        [
            DataRequired(_l("Enter a security code.")),
            Regexp(r"[0-9]{3,4}\Z", message=_l("Enter a security code of 3 or 4 digits.")),
        ],
        filters=[strip],
    )
    name = StringField(
        _l("Name on card"),
        [DataRequired(_l("Enter the name on the card.")), Length(max=200, message=_l("Enter a shorter name."))],
        filters=[strip],
    )
    postal = StringField(_l("Postcode"), [Length(max=20, message=_l("Enter a shorter postcode."))], filters=[strip])

    def validate_number(self, field: StringField) -> None:
        """Refuse every number that is not a test card's, in words."""
        if cards.known(field.data or "") is None:
            field.data = ""
            raise ValidationError(
                _l("That is not one of the test cards. Real cards do not work here, and their numbers are not kept.")
            )

    def validate_exp(self, field: StringField) -> None:
        """Refuse a date that is none, or past: a card is good to the end of its month."""
        match = _EXPIRY.fullmatch(field.data or "")
        if match is None:
            raise ValidationError(_l("Enter an expiry date like 12/34."))
        today = clock.today()
        if (2000 + int(match["year"]), int(match["month"])) < (today.year, today.month):
            raise ValidationError(_l("Enter an expiry date that is not past."))

    def payer(self) -> Payer:
        """The person, from a form that was found good."""
        match = _EXPIRY.fullmatch(self.exp.data or "")
        if match is None:
            raise ValueError("the form was not validated")
        return Payer(
            email=self.email.data or "",
            name=self.name.data or "",
            postcode=self.postal.data or "",
            month=int(match["month"]),
            year=2000 + int(match["year"]),
        )


def render(name: str, leads_to: str | None, **facts: object) -> Response:
    """Practice Stripe's page `name`, whose form may lead to the origin of `leads_to` and no further."""
    if leads_to:
        parts = urlsplit(leads_to)
        g.form_action = f"{parts.scheme}://{parts.netloc}"
    return Response(render_template(f"{name}.html", cards=cards.CARDS.values(), **facts))
