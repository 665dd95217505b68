"""The bank: its accounts, and for each whether the bank and the books agree.

The form for a bank account.
"""

import re
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice

from app import clock
from app.appeals.finding import currencies
from app.audit.trail import record
from app.bank import account as bank_account
from app.bank import finding, taking_back
from app.database import writing
from app.money import Money, home_currency
from app.office.access import AUDITOR, TREASURER, allow, me
from app.office.bank import at
from app.reconciliation.bank import balance, expected
from app.subject import Subject
from app.web import notices
from app.web.fields import BalanceField, CleanedForm, DayField, LineField


class BankAccountForm(CleanedForm):
    """A name, the end of the number, and what stood on the account; the number itself is nothing to keep."""

    name = LineField(
        _l("Name"),
        description=_l("The name your organisation uses for it, such as “Treasurer’s account”."),
        missing=_l("Enter a name for the account"),
        longest=80,
    )
    last_digits = StringField(
        _l("Last four digits of the account number"),
        description=_l("Only these four digits are stored. They are used to refuse a file from another account."),
    )
    currency = SelectField(_l("Currency"), validate_choice=False)
    typed_balance = BalanceField(
        _l("Opening balance"),
        description=_l("From the bank statement. Put a minus sign in front if the account was overdrawn."),
    )
    day = DayField(
        _l("Date of the opening balance"),
        description=_l("The balance at the end of the day before the first line you will import."),
    )

    def __init__(self, **values: Any) -> None:
        """Offer the organisation's own currency and those that appeals are held in."""
        super().__init__(**values)
        used = currencies()
        choices = [home_currency(), *sorted(used - {home_currency()})]
        self._currencies = choices
        self.balance: Money | None = None
        if len(choices) > 1:
            self.currency.choices = [SelectChoice(each, each.upper()) for each in choices]
        else:
            del self.currency

    @property
    def chosen_currency(self) -> str:
        """The currency that was chosen, or the only one there is."""
        chosen = self.currency.data if "currency" in self else None
        return chosen if chosen in self._currencies else self._currencies[0]

    def validate_name(self, field: StringField) -> None:
        """Two accounts of one name could not be told apart."""
        if finding.name_is_taken(field.data or ""):
            self.wrong(field, _("An account with this name already exists"))

    def validate_last_digits(self, field: StringField) -> None:
        """Four digits, or none where the number has none."""
        if field.data and not re.fullmatch(r"[0-9]{2,4}", field.data):
            self.wrong(field, _("Enter the last four digits, such as 1234"))

    def validate_typed_balance(self, field: BalanceField) -> None:
        """Read the balance."""
        self.balance = field.read(self.chosen_currency)

    def validate_day(self, field: DayField) -> None:
        """A balance has a day, and was read off a statement, so that day is over."""
        if self.balance is not None and field.data is None and not field.errors:
            self.wrong(field, _("Enter the date of this balance"))
        if field.data and field.data > clock.today():
            self.wrong(field, _("The date must be today or in the past"))


bp = Blueprint("bank", __name__, url_prefix="/bank")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """The accounts: what each should hold, what waits to be matched, and how fresh that is."""
    accounts = finding.accounts()
    waiting = finding.how_many_wait()
    return render_template(
        "office/bank/accounts.html",
        accounts=[(each, balance.of(each), waiting.get(each.id, 0)) for each in accounts],
        unidentified=expected.unidentified(),
    )


@bp.get("/new")
@allow(reads={TREASURER})
def new() -> ResponseReturnValue:
    """An empty form for an account."""
    return render_template("office/bank/account_new.html", form=BankAccountForm())


@bp.post("/")
@allow(changes={TREASURER})
def create() -> ResponseReturnValue:
    """Add an account, with what stood on it when the books begin with it."""
    form = BankAccountForm()
    if not form.validate():
        return render_template("office/bank/account_new.html", form=form), 422
    with writing():
        account = bank_account.open_account(form.name.data, form.chosen_currency, form.last_digits.data or "")
        if form.balance is not None and form.day.data is not None:
            bank_account.begin_with(account, form.balance, form.day.data, Subject("person", me().reference))
        record("bank.account_added", Subject("bank-account", account.reference), after={"name": account.name})
    notices.done(_("Account added. Import its statement next."))
    return redirect(url_for("office.bank_imports.new", account=account.reference), code=303)


@bp.get("/<account>")
@allow(reads={TREASURER, AUDITOR})
def show(account: str) -> ResponseReturnValue:
    """Reconciliation: the bank's balance, the books' balance, their difference, and the lines that explain it."""
    found = at.account_or_404(account)
    agreement = balance.of(found)
    waiting = finding.waiting(found, 100)
    return render_template(
        "office/bank/account.html",
        account=found,
        agreement=agreement,
        waiting=waiting,
        imports=at.imports(found),
        may_go=taking_back.may_be_taken_back(found),
    )


@bp.get("/line/<line>")
@allow(reads={TREASURER, AUDITOR})
def line(line: str) -> ResponseReturnValue:
    """The page of a line, for those who know the line alone: an entry's subject, an exception."""
    found = finding.account_of_line(line)
    if found is None:
        abort(404)
    return redirect(url_for("office.bank_lines.show", account=found, line=line), code=303)
