"""The forms of exceptions: why one may stand as it is, and where something that Stripe moved belongs."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.ledger import accounts, by_hand
from app.office.book_words import kind_name
from app.web.fields import CleanedForm

_LONGEST = 1000


class WithdrawForm(CleanedForm):
    """Which exception is to need somebody again."""

    kind = HiddenField(validators=[DataRequired(), Length(max=40)])
    reference = HiddenField(validators=[DataRequired(), Length(max=120)])


class AcknowledgeForm(WithdrawForm):
    """Which exception may stand, as it was seen, and why."""

    seen = HiddenField()
    reason = TextAreaField(
        _l("Why it may stand"),
        validators=[
            DataRequired(_l("Say why it may stand")),
            Length(max=_LONGEST, message=_l("The reason must be 1,000 characters or fewer")),
        ],
    )


class ExplainForm(CleanedForm):
    """The account where something belongs that Stripe moved, and how that is known."""

    account = SelectField(
        _l("Where it belongs"), validate_choice=False, validators=[DataRequired(_l("Choose an account"))]
    )
    reason = TextAreaField(
        _l("How you know"),
        description=_l("For those who check the books. It is kept apart from them and can be erased."),
        validators=[DataRequired(_l("Say how you know")), Length(max=_LONGEST)],
    )

    def __init__(self, currency: str, **values: Any) -> None:
        """Offer the accounts of the books in a currency, by kind; what Stripe holds explains nothing."""
        super().__init__(**values)
        offered = {
            code: found
            for code, found in by_hand.choices(currency).items()
            if code.endswith(currency) and not code.startswith(("assets:stripe", "suspense:stripe"))
        }
        self._offered = set(offered)
        groups: dict[str, list[tuple[str, str]]] = {"": [("", _("Choose an account"))]}
        for kind in accounts.KINDS:
            mine = [(code, name) for code, (its_kind, name) in offered.items() if its_kind == kind]
            if mine:
                groups[kind_name(kind)] = mine
        self.account.choices = groups

    def validate_account(self, field: SelectField) -> None:
        """Take an account that was offered."""
        if field.data and field.data not in self._offered:
            self.wrong(field, _("Choose an account"))
