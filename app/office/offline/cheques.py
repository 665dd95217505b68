"""Cheques: entered when they come, listed with how far they have come, bounced when the bank does not pay."""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.audit.trail import record
from app.database import writing
from app.donations.donation import CHEQUE, Donation, find_gift
from app.ledger.in_hand import BelowZero
from app.money import written
from app.office import access
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, me, my_branch_id
from app.office.confirming import Question, asks_once
from app.office.offline import gift_forms, words
from app.office.offline.gift_forms import ChequeForm
from app.office.offline.gifts import page_of, taken_in
from app.offline import cheques, lists
from app.subject import Subject
from app.web import notices

bp = Blueprint("cheques", __name__, url_prefix="/cheques")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def index() -> ResponseReturnValue:
    """What is at hand, and every cheque, the latest first."""
    page = lists.gifts([CHEQUE], my_branch_id(), request.args.get("before", ""))
    at_hand = lists.cheques_at_hand(my_branch_id())
    return render_template("office/offline/cheques.html", at_hand=at_hand, page=page)


@bp.get("/new")
@allow(reads={TREASURER, BRANCH_TREASURER})
def new() -> ResponseReturnValue:
    """An empty cheque."""
    return page_of(ChequeForm(gift_forms.appeals(), data=gift_forms.as_before()))


@bp.post("/")
@allow(changes={TREASURER, BRANCH_TREASURER})
def create() -> ResponseReturnValue:
    """Take a cheque in; the next one can be entered at once."""
    form = ChequeForm(gift_forms.appeals())
    donation = taken_in(form)
    if not isinstance(donation, Donation):
        return donation
    notices.done(
        _(
            "Cheque saved: %(amount)s from %(name)s.",
            amount=written(donation.amount),
            name=donation.name or _("someone"),
        )
    )
    if form.dated_on.data and cheques.is_stale(form.dated_on.data):
        notices.failed(
            _("This cheque is more than six months old. The bank may refuse it, so ask the donor for a new one.")
        )
    return redirect(url_for(".new", **form.same_again()) if "another" in request.form else url_for(".index"), code=303)


def _whether_it_bounced(reference: str) -> Question:
    cheque = _cheque(reference)
    return Question(
        _("Mark the cheque from %(name)s as bounced?", name=cheque.name or _("someone")),
        " ".join(
            each
            for each in (
                words.bounced_and_paid_back([cheque]),
                _(
                    "The appeal’s total falls by %(amount)s at once, and the receipt becomes void. This "
                    "cannot be undone. If the bank pays after all, enter the cheque again.",
                    amount=written(cheque.amount),
                ),
            )
            if each
        ),
        _("Mark as bounced"),
        url_for("office.gifts_by_hand.show", reference=reference),
    )


@bp.post("/<reference>/bounced")
@allow(changes={TREASURER, BRANCH_TREASURER})
@asks_once(_whether_it_bounced)
def bounce(reference: str) -> ResponseReturnValue:
    """Note that the bank does not pay a cheque."""
    _cheque(reference)
    try:
        with writing():
            cheques.bounce(_cheque(reference), clock.today(), by=Subject("person", me().reference))
            record("cheque.bounced", Subject("donation", reference))
    except BelowZero as refusal:
        notices.failed(words.refused(refusal))
    except cheques.NotACheque:
        notices.failed(_("This cheque has been reversed, so it cannot be marked as bounced."))
    else:
        notices.done(_("Cheque marked as bounced. It no longer counts and its receipt is void."))
    return redirect(url_for("office.gifts_by_hand.show", reference=reference), code=303)


def _cheque(reference: str) -> Donation:
    gift = access.or_404(find_gift(reference))
    return gift if gift.method == CHEQUE else abort(404)
