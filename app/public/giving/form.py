"""The giving form and its page: it knows what an amount and an email address look like; `donations` knows if a gift
may be taken.

An amount as a giver types it: read like all that is typed, and held to what a gift may be.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired

from app import clock, money
from app.appeals.appeal import Appeal
from app.appeals.in_force import open_appeal
from app.donations import amounts
from app.donations.checkout import Gift
from app.errors import DomainError
from app.money import Money, NotAnAmount, written
from app.services import services
from app.web.fields import CleanedForm, EmailField, LineField, LinesField


class NotTaken(DomainError):
    """The amount cannot be taken; the message says why, beside its field."""


def read(text: str, currency: str) -> Money:
    """The amount that was typed, in a currency. Raises `NotTaken`."""
    smallest, largest = amounts.minimum(currency), amounts.maximum(currency)
    try:
        return amounts.check(money.read_typed(text, currency))
    except NotAnAmount as error:
        raise NotTaken(money.complaint(error, text, currency)) from error
    except amounts.TooFine as error:
        raise NotTaken(money.too_fine(currency)) from error
    except amounts.TooSmall as error:
        raise NotTaken(_("The amount must be %(least)s or more", least=written(smallest, short=True))) from error
    except amounts.TooLarge as error:
        most = written(largest, short=True)
        raise NotTaken(_("The amount must be %(most)s or less; to give more, talk to us first", most=most)) from error


OTHER = "other"
ONCE, MONTHLY = "once", "monthly"
# What an address may say of how often.
_EVERY = {"once": ONCE, "month": MONTHLY}


class DonationForm(FlaskForm):  # type: ignore[misc]
    """What a giver is asked. `address_rule` is the organisation's: none, optional or required."""

    # Spaces around what was typed never matter, nor do control characters in it.
    Meta = CleanedForm.Meta

    nonce = HiddenField(default=lambda: secrets.token_urlsafe(18))
    amount = RadioField(_l("How much would you like to give?"), validate_choice=False)
    other = StringField(_l("Another amount"))
    rhythm = RadioField(
        _l("How often would you like to give?"),
        choices=[SelectChoice(ONCE, _l("Once")), SelectChoice(MONTHLY, _l("Every month"))],
        validate_choice=False,
        validators=[AnyOf((ONCE, MONTHLY), _l("Choose whether to give once or every month"))],
    )
    name = LineField(_l("Your name"), missing=_l("Enter your name"), longest=120)
    email = EmailField(_l("Email address"), missing=_l("Enter your email address"))
    address = LinesField(_l("Address"), longest=400)
    postcode = LineField(_l("Postcode"), longest=20)
    message = LinesField(_l("A message"), longest=500)
    name_may_be_shown = BooleanField(_l("You may thank me by name in public"))

    def __init__(self, appeal: Appeal, address_rule: str, **values: Any) -> None:
        """Offer the appeal's amounts and ask for an address as the organisation wants."""
        super().__init__(**values)
        self._currency = appeal.currency
        self._amount: Money | None = None
        self.amount.choices = [
            *((str(each.major()), written(each, short=True)) for each in appeal.suggested),
            (OTHER, _("Another amount")),
        ]
        if address_rule == "none":
            del self.address, self.postcode
            return
        if address_rule == "required":
            for field, asked in ((self.address, _("Enter your address")), (self.postcode, _("Enter your postcode"))):
                field.validators = [DataRequired(asked), *field.validators]
                # The required attribute follows the validators, but only the field's construction sets it.
                field.flags.required = True

    def validate_other(self, field: StringField) -> None:
        """Read the one amount that was chosen or typed; the message stands by the field in which to mend it."""
        chosen = self.amount.data if self.amount.data and self.amount.data != OTHER else ""
        typed = field.data or ""
        if chosen and typed:
            self._wrong(field, _("Choose one of the amounts or type another amount, not both"))
        elif not chosen and not typed:
            self._wrong(
                *(
                    (field, _("Enter an amount"))
                    if self.amount.data
                    else (self.amount, _("Choose an amount or type another amount"))
                )
            )
        else:
            self._read(chosen or typed, self.amount if chosen else field)

    def _read(self, text: str, field: Field) -> None:
        try:
            self._amount = read(text, self._currency)
        except NotTaken as refusal:
            self._wrong(field, str(refusal))

    @staticmethod
    def _wrong(field: Field, message: str) -> None:
        field.errors = [*field.errors, message]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the form may become a gift; an amount's message may stand beside the other field."""
        super().validate(extra_validators)
        if self.csrf_token.errors:
            self.csrf_token.errors = []
            self.form_errors.append(
                _("This page was open for too long, or your browser keeps no cookies. Nothing was sent; send it again.")
            )
        return not self.errors

    def renew(self) -> None:
        """Make it another form: sent again, it is another gift."""
        self.nonce.data = secrets.token_urlsafe(18)

    @property
    def monthly(self) -> bool:
        """Whether the gift is to be given every month."""
        return bool(self.rhythm.data == MONTHLY)

    def gift(self) -> Gift:
        """The gift that a valid form describes."""
        assert self._amount is not None  # noqa: S101 - validate() has read it
        has_address = "address" in self
        return Gift(
            amount=self._amount,
            name=self.name.data,
            email=self.email.data,
            address=(self.address.data or "") if has_address else "",
            postcode=(self.postcode.data or "") if has_address else "",
            message=self.message.data or "",
            name_may_be_shown=self.name_may_be_shown.data,
        )


def sent(appeal: Appeal) -> DonationForm:
    """The form as it was sent with this request."""
    return DonationForm(appeal, _address_rule())


def filled(appeal: Appeal, typed: Mapping[str, object]) -> DonationForm:
    """The form before it is sent, with what is known already."""
    return DonationForm(appeal, _address_rule(), formdata=None, data=typed)


def asked(address: Mapping[str, str]) -> dict[str, str]:
    """What an address asks the form to have chosen: `amount` (and `other`), `every` or `rhythm`."""
    return {name: address[name] for name in ("amount", "other", "every", "rhythm") if name in address}


def chosen(appeal: Appeal, address: Mapping[str, str]) -> dict[str, object]:
    """What the form has chosen before it is sent: what stood under the article or in the address that led here
    (`?amount=25&every=month`); else only the appeal may choose how often.

    An amount that the appeal does not offer stands in the field for another one, as it was written.
    """
    amount, other = address.get("amount"), address.get("other")
    rhythm = address.get("rhythm") or _EVERY.get(address.get("every", "")) or appeal.preset_rhythm
    if amount and amount != OTHER:
        try:
            offered = money.read_typed(amount, appeal.currency)
        except NotAnAmount:
            return {"amount": OTHER, "other": other or amount[:24], "rhythm": rhythm}
        if offered not in appeal.suggested:
            return {"amount": OTHER, "other": other or amount[:24], "rhythm": rhythm}
        amount = str(offered.major())
    return {"amount": amount, "other": other, "rhythm": rhythm}


def instead_of(appeal: Appeal) -> Appeal | None:
    """The open appeal that a gift may serve when this one has ended; `None` while it takes gifts, has not begun yet, or
    when there is no other."""
    today = clock.today()
    if appeal.ends_on is None or appeal.ends_on >= today:
        return None
    return open_appeal(today)


def sent_to_another(appeal: Appeal) -> DonationForm:
    """The form as it was sent, for another appeal than it was sent to, with everything that was typed. It is not read:
    the giver is asked first whether that appeal may have the gift."""
    form = sent(appeal)
    taken = chosen(appeal, {"amount": form.amount.data or "", "other": form.other.data or ""})
    form.amount.data, form.other.data = taken["amount"], taken["other"]
    return form


def page(
    appeal: Appeal,
    form: DonationForm,
    problem: str = "",
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    instead_of: Appeal | None = None,
) -> Response:
    """The page of the form; a `problem` with the whole of it stands on top. Nobody keeps it: it has what was typed.

    `instead_of` is the appeal that was asked for and has ended: the page says so before the amount, and the giver
    chooses by sending the form, or by leaving it.
    """
    if problem:
        form.form_errors.append(problem)
    text = render_template("public/giving/donate.html", appeal=appeal, form=form, instead_of=instead_of)
    return Response(text, status=status, headers={"Cache-Control": "no-store", **(headers or {})})


def _address_rule() -> str:
    settings = services().settings
    return settings.address_rule
