"""Paying in: the cash and the cheques at hand, and the slip with which some of them go to the bank."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock
from app.audit.trail import record
from app.database import writing
from app.donations import count_sheet
from app.donations.by_hand import NotYet
from app.donations.count_sheet import CountSheet
from app.donations.donation import Donation, find_gift
from app.ledger.in_hand import BelowZero
from app.office import access
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, my_branch_id
from app.office.offline import words
from app.offline import lists, paying_in
from app.subject import Subject
from app.web import notices
from app.web.fields import CleanedForm, DayField, LineField

bp = Blueprint("paying_in", __name__, url_prefix="/paying-in")

_MOST = 200


class SlipForm(CleanedForm):
    """The slip: its reference, which the bank's statement will show, and the day."""

    slip = LineField(_l("Reference of the paying-in slip"), missing=_l("Enter the reference on the slip"), longest=40)
    day = DayField(_l("Paid in on"), default=clock.today, missing=_l("Enter the date"))


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def show() -> ResponseReturnValue:
    """What is at hand, and what was paid in and is not on a statement yet."""
    return _page(SlipForm())


@bp.post("/")
@allow(changes={TREASURER, BRANCH_TREASURER})
def pay_in() -> ResponseReturnValue:
    """Note that what was ticked went to the bank with this slip."""
    form = SlipForm()
    sheets = [_sheet(reference) for reference in request.form.getlist("sheet")[:_MOST]]
    gifts = [_gift(reference) for reference in request.form.getlist("cheque")[:_MOST]]
    if form.validate() and not sheets and not gifts:
        form.form_errors.append(_("Select what was paid in"))
    if form.errors:
        return _page(form, status=422)
    slip = form.slip.data or ""
    try:
        with writing():
            paying_in.pay_in(
                [_sheet(each.reference) for each in sheets],
                [_gift(each.reference) for each in gifts],
                slip,
                form.day.data or clock.today(),
            )
            for subject in (
                *(Subject("count", each.reference) for each in sheets),
                *(Subject("donation", each.reference) for each in gifts),
            ):
                record("money.paid_in", subject, after={"slip": slip})
    except paying_in.NotPayableYet:
        form.form_errors.append(_("One of the cheques is dated after this date. Pay it in once its date has come"))
    except BelowZero as refusal:
        form.form_errors.append(words.refused(refusal))
    except NotYet:
        form.wrong(form.day, _("The date must be today or in the past"))
    except paying_in.NotAtHand:
        form.form_errors.append(_("Some of this has already been paid in or was reversed. Check the list"))
    else:
        notices.done(
            _("Paid in with slip %(slip)s. Match it with the bank line when it is on the statement.", slip=slip)
        )
        return redirect(url_for(".show"), code=303)
    return _page(form, status=409)


def _page(form: SlipForm, status: int = 200) -> ResponseReturnValue:
    branch_id = my_branch_id()
    sheets, cheques = lists.cash_waiting(branch_id), lists.gifts_waiting(branch_id)
    # What may go to the bank today: not what has gone there, and no cheque whose date is still to come.
    at_hand = {each.reference for each, *_rest in sheets if each.paid_in_on is None}
    at_hand |= {
        gift.reference
        for gift, row, *_rest in cheques
        if row.paid_in_on is None and (row.dated_on is None or row.dated_on <= clock.today())
    }
    ticked = {*request.form.getlist("sheet"), *request.form.getlist("cheque")}
    page = render_template(
        "office/offline/paying_in.html",
        form=form,
        sheets=sheets,
        cheques=cheques,
        at_hand=at_hand,
        cash_at_hand=lists.cash_at_hand(branch_id),
        cheques_at_hand=lists.cheques_at_hand(branch_id),
        ticked=ticked | at_hand if request.args.get("tick") == "all" else ticked,
    )
    return page, status


def _sheet(reference: str) -> CountSheet:
    return access.or_404(count_sheet.find(reference))


def _gift(reference: str) -> Donation:
    return access.or_404(find_gift(reference))
