"""Splitting a line of the bank's statement into parts, on a page of its own with a row for each part."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit.trail import record
from app.bank.account import BankAccount
from app.bank.booking import BookedAlready
from app.bank.statement import BankLine
from app.database import writing
from app.donations.by_hand import NotYet
from app.donations.paid_back import NothingToPayBack, PaidBackTooMuch
from app.ledger.in_hand import BelowZero
from app.money import written
from app.office.access import TREASURER, allow, me
from app.office.bank import at, suggestions
from app.office.bank.lines import whether_it_bounces
from app.office.bank.split_form import EXPECTED, SHOWN, SplitForm, split_form
from app.office.confirming import Question, asks_once
from app.office.offline import noticed, words
from app.office.offline.noticed import Noticed
from app.reconciliation.bank import splitting
from app.reconciliation.bank.confirming import DoesNotFit, NotExpected, WrongWay
from app.subject import Subject
from app.web import notices

bp = Blueprint("bank_splits", __name__, url_prefix="/bank/<account>/lines/<line>/split")


@bp.get("/")
@allow(reads={TREASURER})
def show(account: str, line: str) -> ResponseReturnValue:
    """The rows to be filled in."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    if row.entry_id is not None:
        return redirect(url_for("office.bank_lines.show", account=account, line=line), code=303)
    return _page(found, row, split_form(row, suggestions.one(found, row).items, formdata=None))


def _whether_it_bounces(account: str, line: str) -> Question | None:
    said = [value for name, value in request.form.items() if name.startswith("what_")]
    keys = [each.removeprefix(EXPECTED) for each in said if each.startswith(EXPECTED)]
    return whether_it_bounces(keys, url_for("office.bank_lines.show", account=account, line=line))


@bp.post("/")
@allow(changes={TREASURER})
@asks_once(_whether_it_bounces)
def create(account: str, line: str) -> ResponseReturnValue:
    """Book the line as the parts that were typed."""
    found = at.account_or_404(account)
    row = at.line_or_404(found, line)
    back = redirect(url_for("office.bank_lines.show", account=account, line=line), code=303)
    if row.entry_id is not None:
        notices.failed(_("This has changed since you opened the page. Nothing was booked. Check it and try again."))
        return back
    form = split_form(row, suggestions.one(found, row).items)
    if not form.validate():
        return _page(found, row, form, 422)
    seen = form.noticed()
    if noticed.asks(seen):
        return _page(found, row, form, 409, seen)
    try:
        with writing():
            splitting.book(row.reference, form.parts, Subject("person", me().reference))
            after = {"is": "split", "number": len(form.parts)}
            record("bank.line_matched", Subject("bank-line", row.reference), after=after)
        notices.done(_("Booked in %(num)s parts.", num=len(form.parts)))
    except PaidBackTooMuch as refusal:
        form.refuse_back(_("Only %(amount)s of this gift is left to pay back", amount=written(refusal.left)))
        return _page(found, row, form, 422)
    except NothingToPayBack:
        form.refuse_back(_("None of this gift can be paid back"))
        return _page(found, row, form, 422)
    except BelowZero as refusal:
        notices.failed(words.refused(refusal))
    except NotYet:
        notices.failed(_("The line is dated in the future. You can book it as a gift once that date has come."))
    except (BookedAlready, WrongWay, DoesNotFit, NotExpected, LookupError):
        notices.failed(_("This has changed since you opened the page. Nothing was booked. Check it and try again."))
    return back


def _page(
    account: BankAccount, line: BankLine, form: SplitForm, status: int = 200, found: Sequence[Noticed] = ()
) -> ResponseReturnValue:
    shown = max(SHOWN, sum(row.bank is not None for row in form.rows))
    page = render_template(
        "office/bank/split.html",
        account=account,
        line=line,
        form=form,
        shown=shown,
        found=found,
        anyway=noticed.mark(found),
    )
    return page, status
