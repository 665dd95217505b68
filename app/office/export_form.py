"""The form that says what to export; it is sent once to look at the totals, and once more to get the file."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.appeals import branch
from app.appeals.appeal import Appeal
from app.donations.exports import exporting
from app.donations.exports.exporting import Choice
from app.extensions import db
from app.ledger.accounts import Account
from app.ledger.exports.formats import FORMATS
from app.web.fields import CleanedForm

# In the order of the form: the file, and what it is for.
FORMAT_NAMES = {
    "ledger-xlsx": _l("Ledger, for a spreadsheet (XLSX)"),
    "ledger-csv": _l("Ledger, as CSV"),
    "donations-xlsx": _l("Donations, for a spreadsheet (XLSX)"),
    "donations-csv": _l("Donations, as CSV"),
    "xero-statement": _l("Xero: bank statement of one account"),
    "xero-journals": _l("Xero: manual journals"),
    "quickbooks-statement": _l("QuickBooks Online: bank statement of one account"),
    "quickbooks-journals": _l("QuickBooks Online: journals"),
    "freeagent-statement": _l("FreeAgent: bank statement of one account"),
    "sage-statement": _l("Sage Accounting: bank statement of one account"),
    "sage-50": _l("Sage 50: audit trail of journals"),
    "beancount": _l("beancount: journal with balances asserted"),
    "hledger": _l("hledger: journal with balances asserted"),
}

# What names whoever paid, as the bank's own statement does.
STATEMENTS = frozenset(name for name, form in FORMATS.items() if form.one_account)

# What a list of donations leaves out, in the words of `app/donations/exports/table.py`.
LEFT_OUT = (
    _l("gifts that were promised and have not been received"),
    _l("money that came in and belongs to no gift yet"),
    _l("interest and other income that no appeal raised"),
    _l("corrections of income that were entered in the ledger by hand"),
    _l("the fee of a gift that Stripe settled in another currency, or has not settled yet: it is left blank"),
)


class ExportForm(CleanedForm):
    """What, of which days, and of which account, appeal and branch."""

    format = SelectField(
        _l("File"),
        validators=[DataRequired(_l("Choose the file"))],
        choices=[SelectChoice(name, said) for name, said in FORMAT_NAMES.items()],
    )
    from_on = StringField(_l("From"), validators=[DataRequired(_l("Enter the first day"))])
    to_on = StringField(_l("To, included"), validators=[DataRequired(_l("Enter the last day"))])
    account = SelectField(_l("Account"), default="")
    appeal = SelectField(_l("Appeal"), default="")
    branch = SelectField(_l("Branch"), default="")
    names = BooleanField(
        _l("With names, e-mail and postal addresses"),
        description=_l(
            "In lists of donations alone. Leave them out unless you need them: whoever has the file has them."
        ),
    )

    def __init__(self, **values: Any) -> None:
        """Offer what there is."""
        super().__init__(**values)
        every = db.session.scalars(select(Account).order_by(Account.code))
        self.account.choices = _after(_("All accounts"), [(each.code, f"{each.name} ({each.code})") for each in every])
        appeals = db.session.execute(select(Appeal.reference, Appeal.title).order_by(Appeal.id.desc()))
        self.appeal.choices = _after(_("All appeals"), [(reference, title) for reference, title in appeals])
        branches = [(each.reference, each.name) for each in branch.all_of_them()]
        self.branch.choices = _after(_("All branches"), branches)
        self._choice: Choice | None = None

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether a file can be made of what was chosen."""
        super().validate(extra_validators)
        first, last = self.day_in(self.from_on), self.day_in(self.to_on)
        form = FORMATS.get(self.format.data or "")
        if first and last and first > last:
            self.wrong(self.to_on, _("The last day comes before the first"))
        if form and form.one_account and not self.account.data:
            self.wrong(self.account, _("Choose the account: a bank statement is of one"))
        if form and form.one_account and (self.appeal.data or self.branch.data):
            self.wrong(
                self.appeal if self.appeal.data else self.branch,
                _("A bank statement has all lines of its account: choose no appeal and no branch"),
            )
        if self.names.data and self.format.data not in exporting.DONATIONS:
            self.wrong(self.names, _("Donors are named in lists of donations alone"))
        if first and last and not self.errors:
            self._choice = Choice(
                self.format.data, first, last, self.account.data, self.appeal.data, self.branch.data,
                bool(self.names.data),
            )  # fmt: skip
        return not self.errors

    def choice(self) -> Choice:
        """What a valid form describes."""
        if self._choice is None:
            raise LookupError("the form is not valid")
        return self._choice


def _after(everything: str, choices: list[tuple[str, str]]) -> list[SelectChoice]:
    """The choices, after one that stands for all of them."""
    return [SelectChoice(value, said) for value, said in [("", everything), *choices]]
