"""Collections: the cash of street collections and meetings, counted by two, on its way to the bank."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.audit.trail import record
from app.donations.count_sheet import CountSheet
from app.extensions import db
from app.ledger.in_hand import BelowZero
from app.money import Money, home_currency, written
from app.office import bank_subjects, count_form, hands, noticed, own_branch
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, me, my_branch_id
from app.office.confirming import Question, asks_once
from app.office.count_form import CountForm
from app.office.noticed import Noticed
from app.office.offline import forms, words
from app.office.offline.forms import CorrectionForm
from app.offline import corrections, counts, lists
from app.writing import writing

bp = Blueprint("collections", __name__, url_prefix="/collections")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def index() -> ResponseReturnValue:
    """What is at hand and since when, and every sheet, the latest first."""
    branch_id, before = my_branch_id(), request.args.get("before", "")
    sheets = lists.sheets(branch_id, before)
    older = sheets[lists.PAGE - 1][0].reference if len(sheets) > lists.PAGE else None
    return render_template(
        "office/collections.html",
        at_hand=lists.cash_at_hand(branch_id),
        sheets=sheets[: lists.PAGE],
        before=before,
        older=older,
    )


@bp.get("/new")
@allow(reads={TREASURER, BRANCH_TREASURER})
def new() -> ResponseReturnValue:
    """An empty count sheet."""
    return _form(_empty(counter_one=me().name))


@bp.post("/")
@allow(changes={TREASURER, BRANCH_TREASURER})
def create() -> ResponseReturnValue:
    """Take the sheet in once its total was seen; else show what it comes to first."""
    form = _empty()
    if not form.validate():
        return _form(form, status=422)
    total = form.total()
    found = form.noticed()
    if form.shown.data != str(total.minor) or noticed.asks(found):
        return _form(form, total, found=found)
    with writing():
        sheet = counts.count(
            form.chosen_appeal,
            form.count(),
            submission=form.nonce.data or "",
            by=f"person:{me().reference}",
            branch_id=form.branch_id,
        )
        record("count.entered", f"count:{sheet.reference}", after={"amount": str(sheet.amount), "place": sheet.place})
    flash(_("Counted: %(amount)s is in the books.", amount=written(total)), "good")
    return redirect(url_for(".show", reference=sheet.reference), code=303)


@bp.get("/<reference>")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def show(reference: str) -> ResponseReturnValue:
    """One sheet: what was counted, by whom, and how far the cash has come."""
    return _page(_sheet(reference), CorrectionForm())


def _whether_it_is_wrong(reference: str) -> Question | None:
    sheet = _sheet(reference)
    if not CorrectionForm().validate():
        return None
    return Question(
        _("Reverse the count of %(place)s?", place=sheet.place),
        _("The appeal’s total falls by %(amount)s at once. A reversed sheet stays readable, and stays reversed: if "
          "there is a right one, count it anew.", amount=written(sheet.amount)),
        _("Reverse this sheet"),
        url_for(".show", reference=reference),
    )  # fmt: skip


@bp.post("/<reference>/correction")
@allow(changes={TREASURER, BRANCH_TREASURER})
@asks_once(_whether_it_is_wrong)
def correct(reference: str) -> ResponseReturnValue:
    """Reverse a sheet that is wrong."""
    sheet, form = _sheet(reference), CorrectionForm()
    if not form.validate():
        return _page(sheet, form, status=422)
    try:
        with writing():
            sheet = _sheet(reference)
            corrections.undo_count(sheet, reason=form.reason.data, by=f"person:{me().reference}")
            record("count.reversed", f"count:{reference}", after={"reason": form.reason.data})
    except BelowZero as refusal:
        flash(words.refused(refusal), "error")
        return redirect(url_for(".show", reference=reference), code=303)
    except corrections.AtTheBank:
        flash(_("The bank has confirmed this sheet, so it cannot be reversed."), "error")
        return redirect(url_for(".show", reference=reference), code=303)
    flash(_("The sheet is reversed. If there is a right one, count it anew."), "good")
    return redirect(url_for(".show", reference=reference), code=303)


def _empty(**data: object) -> CountForm:
    currency = home_currency()
    return count_form.form_for(currency)(forms.appeals(currency), data=data)


def _form(
    form: CountForm, total: Money | None = None, status: int = 200, found: Sequence[Noticed] = ()
) -> ResponseReturnValue:
    """The form; with a total, as the last look before it is taken in."""
    form.shown.data = str(total.minor) if total else ""
    page = render_template(
        "office/collection_new.html", form=form, total=total, found=found, anyway=noticed.mark(found)
    )
    return page, status


def _sheet(reference: str) -> CountSheet:
    return own_branch.or_404(db.session.scalar(select(CountSheet).where(CountSheet.reference == reference)))


def _page(sheet: CountSheet, form: CorrectionForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "office/collection.html",
        sheet=sheet,
        line=bank_subjects.line_address(sheet.bank_line),
        pieces=[
            (CountForm.words_of(Money(value, sheet.currency)), n, Money(value * n, sheet.currency))
            for value, n in sheet.pieces
        ],
        appeal=db.session.get_one(Appeal, sheet.appeal_id),
        branch=db.session.get(Branch, sheet.branch_id) if sheet.branch_id else None,
        named=counts.named_gifts(sheet),
        names=hands.names(filter(None, (sheet.entered_by, sheet.reversed_by))),
        form=form,
    )
    return page, status
