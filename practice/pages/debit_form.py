"""What is asked of a person who pays by direct debit: the account, whose it is, and that it may be debited."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, Form, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from practice.objects import bank_accounts
from practice.objects.bank_accounts import BACS, BankAccount
from practice.objects.intents import Payer
from practice.pages.card_form import strip


class DebitForm(Form):  # type: ignore[misc]  # WTForms carries no types
    """The account, and who holds it. Only test accounts are taken; any other number is neither kept nor shown again."""

    email = EmailField(
        _l("Email address"),
        [
            DataRequired(_l("Enter an email address.")),
            Regexp(r"[^@\s]+@[^@\s]+\Z", message=_l("Enter an email address like name@example.org.")),
            Length(max=254, message=_l("Enter an email address of at most 254 characters.")),
        ],
        filters=[strip],
    )
    sort_code = StringField(_l("Sort code"), [DataRequired(_l("Enter the test sort code."))], filters=[strip])
    number = StringField(_l("Account number"), [DataRequired(_l("Enter a test account number."))], filters=[strip])
    name = StringField(
        _l("Account holder"),
        [DataRequired(_l("Enter the account holder’s name.")), Length(max=200, message=_l("Enter a shorter name."))],
        filters=[strip],
    )
    postal = StringField(_l("Postcode"), [Length(max=20, message=_l("Enter a shorter postcode."))], filters=[strip])
    agreed = BooleanField(
        _l("The account may be debited"), [InputRequired(_l("Agree that the account may be debited."))]
    )

    def __init__(self, kind: str, *given: Any, **more: Any) -> None:
        """`kind` is Stripe's word for the debit: only Bacs has sort codes."""
        super().__init__(*given, **more)
        self.kind = kind
        if kind != BACS:
            del self.sort_code
            self.number.label.text = _l("IBAN")

    def validate_number(self, field: StringField) -> None:
        """Refuse every account that is not one of the test accounts, in words."""
        if self.account() is None:
            field.data = ""
            raise ValidationError(
                _l("That is not one of the test accounts. Real accounts do not work here, and are not kept.")
            )

    def account(self) -> BankAccount | None:
        """The test account that was typed, if it is one."""
        sort_code = self.sort_code.data or "" if self.kind == BACS else ""
        return bank_accounts.known(self.kind, self.number.data or "", sort_code)

    def payer(self) -> Payer:
        """The person, from a form that was found good."""
        return Payer(email=self.email.data or "", name=self.name.data or "", postcode=self.postal.data or "")
