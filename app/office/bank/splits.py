"""Splitting a line of the bank's statement into parts, on a page of its own with a row for each part."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectField, StringField
from wtforms.validators import Length

from app.audit.trail import record
from app.bank.account import BankAccount
from app.bank.booking import BookedAlready
from app.bank.statement import BankLine
from app.donations.by_hand import NotYet
from app.money import Money, written
from app.office.access import TREASURER, allow, me
from app.office.bank import at
from app.office.offline import forms
from app.reconciliation.bank import bills, splitting
from app.reconciliation.bank.confirming import DoesNotFit, WrongWay
from app.reconciliation.bank.splitting import BillPart, GiftPart, IncomePart, Part
from app.subject import Subject
from app.web import notices
from app.web.fields import AmountField, CleanedForm
from app.writing import writing

bp = Blueprint("bank_splits", __name__, url_prefix="/bank/<account>/lines/<line>/split")

# A line has at least so many parts; more than `MOST` are seldom known; `SHOWN` rows are there before one asks for more.
LEAST, MOST, SHOWN = 2, 10, 3

_GIFT, _ACCOUNT = "gift=", "account="


@dataclass(frozen=True, slots=True)
class SplitRow:
    """The fields of one part; only money that went out has a voucher."""

    number: int
    amount: AmountField
    what: Field
    new: Field
    who: Field
    voucher: Field | None

    @property
    def is_typed(self) -> bool:
        """Whether anything stands in the row."""
        typed = [self.amount, self.what, self.new, self.who, *([self.voucher] if self.voucher else [])]
        return any(each.data for each in typed)


class SplitForm(CleanedForm):
    """The parts of a line: `amount_1`, `what_1` (an appeal or an account), `new_1` (the name of a new account), `who_1`
    and for money out `voucher_1`, and so on. Rows that are left empty are no parts."""

    def __init__(self, line: BankLine, **values: Any) -> None:
        """Offer the open appeals and the accounts of other income, or for money out the expense accounts."""
        super().__init__(**values)
        self._line = line
        self._appeals, self._offered = {}, dict(bills.expenses(line.currency))
        if line.amount_minor > 0:
            self._appeals = {each.reference: each for each in forms.appeals(line.currency)}
            self._offered = dict(bills.other_incomes(line.currency))
        choices: dict[str, list[tuple[str, str]]] = {"": [("", _("Select what it is"))]}
        if self._appeals:
            choices[_("A gift to")] = [(f"{_GIFT}{key}", each.title) for key, each in self._appeals.items()]
        if self._offered:
            group = _("Other income") if line.amount_minor > 0 else _("A bill for")
            choices[group] = [(f"{_ACCOUNT}{code}", name) for code, name in self._offered.items()]
        flat = [each for group in choices.values() for each in group]
        for row in self.rows:
            row.what.choices = choices if len(choices) > 1 else flat
            for field in (row.amount, row.voucher):
                if field is not None and row.number <= LEAST:
                    field.flags.required = True
        self.parts: list[Part] = []

    @property
    def total(self) -> Money:
        """What the parts must add up to."""
        return self._line.amount if self._line.amount_minor > 0 else -self._line.amount

    @property
    def rows(self) -> list[SplitRow]:
        """The rows, those that are empty too."""
        numbers = range(1, MOST + 1)
        return [
            SplitRow(
                each, self[f"amount_{each}"], self[f"what_{each}"], self[f"new_{each}"], self[f"who_{each}"],
                self._fields.get(f"voucher_{each}"),
            )
            for each in numbers
        ]  # fmt: skip

    def validate(self, extra_validators: Any = None) -> bool:
        """Take two rows or more that add up to the line; a row of which anything is typed is a part."""
        super().validate(extra_validators)
        typed = [row for row in self.rows if row.is_typed]
        amounts = [row.amount.read(self._line.currency) for row in typed]
        self.parts = [
            part for row, amount in zip(typed, amounts, strict=True) if (part := self._part(row, amount)) is not None
        ]
        if len(typed) < LEAST:
            self.wrong((self.rows[len(typed)]).amount, _("Enter two parts or more"))
        elif None not in amounts:
            self._must_add_up(typed[-1], sum(each.minor for each in amounts if each is not None))
        return not self.errors

    def _must_add_up(self, last: SplitRow, minor: int) -> None:
        left = self.total.minor - minor
        worth = written(Money(abs(left), self._line.currency))
        if left > 0:
            self.wrong(last.amount, _("%(amount)s is left over. Add a part, or correct an amount.", amount=worth))
        elif left < 0:
            self.wrong(last.amount, _("The parts are %(amount)s more than the line. Correct an amount.", amount=worth))

    def _part(self, row: SplitRow, amount: Money | None) -> Part | None:
        what, new = row.what.data or "", row.new.data or ""
        appeal = self._appeals.get(what.removeprefix(_GIFT)) if what.startswith(_GIFT) else None
        code = what.removeprefix(_ACCOUNT) if what.startswith(_ACCOUNT) else ""
        known = appeal is not None or code in self._offered
        if known and new:
            self.wrong(row.new, _("Select what it is or name a new account, not both"))
        elif not known and not new:
            self.wrong(row.what, _("Select what it is, or name a new account"))
        if row.voucher is not None and not row.voucher.data:
            self.wrong(row.voucher, _("Enter the voucher number"))
        if amount is None:
            return None
        if row.voucher is not None:
            return BillPart(amount, new or code, row.who.data or "", row.voucher.data or "", new=bool(new))
        if appeal is not None:
            return GiftPart(amount, appeal, row.who.data or "")
        return IncomePart(amount, new or code, new=bool(new))


def _form(line: BankLine, **values: Any) -> SplitForm:
    """The form for a line, with the fields that suit its direction."""
    came_in = line.amount_minor > 0
    name = [Length(max=120, message=_l("The name must be 120 characters or fewer"))]
    account = [Length(max=60, message=_l("The name must be 60 characters or fewer"))]
    voucher = [Length(max=40, message=_l("The voucher number must be 40 characters or fewer"))]
    fields: dict[str, Any] = {}
    for each in range(1, MOST + 1):
        fields[f"amount_{each}"] = AmountField(_l("Amount"))
        fields[f"what_{each}"] = SelectField(_l("What it is"), validate_choice=False)
        fields[f"new_{each}"] = StringField(
            _l("New income account") if came_in else _l("New expense account"), validators=account
        )
        fields[f"who_{each}"] = StringField(_l("Who a gift is from") if came_in else _l("Paid to"), validators=name)
        if not came_in:
            fields[f"voucher_{each}"] = StringField(_l("Voucher number"), validators=voucher)
    made: type[SplitForm] = type("SplitOfALine", (SplitForm,), fields)
    return made(line, **values)


@bp.get("/")
@allow(reads={TREASURER})
def show(account: str, line: str) -> ResponseReturnValue:
    """The rows to be filled in."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    if row.entry_id is not None:
        return redirect(url_for("office.bank_lines.show", account=account, line=line), code=303)
    return _page(found, row, _form(row, formdata=None))


@bp.post("/")
@allow(changes={TREASURER})
def create(account: str, line: str) -> ResponseReturnValue:
    """Book the line as the parts that were typed."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    form = _form(row)
    if not form.validate():
        return _page(found, row, form, 422)
    try:
        with writing():
            splitting.book(row.reference, form.parts, Subject("person", me().reference))
            after = {"is": "split", "number": len(form.parts)}
            record("bank.line_matched", Subject("bank-line", row.reference), after=after)
        notices.done(_("Booked in %(num)s parts.", num=len(form.parts)))
    except NotYet:
        notices.failed(_("The line is dated in the future. You can book it as a gift once that date has come."))
    except (BookedAlready, WrongWay, DoesNotFit):
        notices.failed(_("This has changed since you opened the page. Nothing was booked. Check it and try again."))
    return redirect(url_for("office.bank_lines.show", account=account, line=line), code=303)


def _page(account: BankAccount, line: BankLine, form: SplitForm, status: int = 200) -> ResponseReturnValue:
    page = render_template("office/bank/split.html", account=account, line=line, form=form, shown=SHOWN)
    return page, status
