"""Counted and banked differ: a line of the statement is cash that was paid in, but not the sum that was counted."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.audit.trail import record
from app.bank.account import BankAccount
from app.bank.booking import BookedAlready
from app.bank.statement import BankLine
from app.database import writing
from app.donations.by_hand import NotYet
from app.money import written
from app.office.access import TREASURER, allow, me
from app.office.bank import at
from app.office.bank import words as bank_words
from app.reconciliation.bank import cash_difference
from app.reconciliation.bank.cash_difference import LONGEST_NAME, LONGEST_REASON, NotTwoPeople
from app.reconciliation.bank.confirming import DoesNotFit, NotExpected
from app.subject import Subject
from app.web import notices
from app.web.fields import CleanedForm, LineField, LinesField

bp = Blueprint("bank_differences", __name__, url_prefix="/bank/<account>/lines/<line>/difference")


class DifferenceForm(CleanedForm):
    """What was paid in, why the sums differ, and which two people say so."""

    paid_in = SelectMultipleField(
        _l("What was paid in"), validate_choice=False, validators=[DataRequired(_l("Select what was paid in"))]
    )
    reason = LinesField(
        _l("Why the amounts differ"),
        description=_l("Such as: a note counted twice; the bank refused a worn coin."),
        missing=_l("Enter why the amounts differ"),
        longest=LONGEST_REASON,
    )
    first = LineField(_l("First person"), missing=_l("Enter the first person"), longest=LONGEST_NAME)
    second = LineField(_l("Second person"), missing=_l("Enter the second person"), longest=LONGEST_NAME)

    def __init__(self, account: BankAccount, line: BankLine, **values: Any) -> None:
        """Offer the cash and cheques that were paid in, in the line's currency."""
        super().__init__(**values)
        waiting = [each for each in cash_difference.items(account) if each.amount.currency == line.currency]
        self.paid_in.choices = [
            SelectChoice(each.key, f"{written(each.amount)} · {bank_words.item_name(each)}") for each in waiting
        ]


@bp.get("/")
@allow(reads={TREASURER})
def show(account: str, line: str) -> ResponseReturnValue:
    """The form."""
    found = at.account_or_404(account)
    row = _waiting(found, line)
    return _page(found, row, DifferenceForm(found, row, formdata=None, data={"first": me().name or ""}))


@bp.post("/")
@allow(changes={TREASURER})
def create(account: str, line: str) -> ResponseReturnValue:
    """Book the line, and the difference as an expense or off it."""
    found = at.account_or_404(account)
    row = _waiting(found, line)
    form = DifferenceForm(found, row)
    if not form.validate():
        return _page(found, row, form, 422)
    said: dict[str, Any] = {"reason": form.reason.data, "names": (form.first.data, form.second.data)}
    try:
        with writing():
            difference = cash_difference.confirm(
                row.reference, form.paid_in.data, by=Subject("person", me().reference), **said
            )
            after = {"is": form.paid_in.data, "difference": difference, **said}
            record("bank.cash_difference", Subject("bank-line", row.reference), after=after)
    except NotTwoPeople:
        form.wrong(form.second, _("Enter a second person: two people must confirm the difference"))
    except DoesNotFit:
        form.wrong(
            form.paid_in,
            _(
                "Select counted cash whose total differs from the line, and is greater than the difference. "
                "Nothing was booked."
            ),
        )
    except NotYet:
        form.wrong(form.paid_in, _("The line is dated in the future. You can book it once that date has come."))
    except (NotExpected, BookedAlready):
        notices.failed(_("This has changed since you opened the page. Nothing was booked. Check it and try again."))
        return redirect(url_for("office.bank_lines.show", account=account, line=line), code=303)
    else:
        notices.done(_("Booked, with a difference of %(amount)s.", amount=written(difference)))
        return redirect(url_for("office.bank_lines.show", account=account, line=line), code=303)
    return _page(found, row, form, 422)


def _waiting(account: BankAccount, line: str) -> BankLine:
    """The line, which must have come in; 404 for one that went out."""
    row = at.line_or_404(account, line)
    return row if row.amount_minor > 0 else abort(404)


def _page(account: BankAccount, line: BankLine, form: DifferenceForm, status: int = 200) -> ResponseReturnValue:
    page = render_template("office/bank/difference.html", account=account, line=line, form=form)
    return page, status
