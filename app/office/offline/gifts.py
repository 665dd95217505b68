"""Other gifts by hand: bank transfers that were announced, gifts in kind; and the page of any gift by hand."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.audit.trail import record
from app.database import db, writing
from app.donations import by_hand
from app.donations.count_sheet import CountSheet
from app.donations.donation import (
    BANK_TRANSFER,
    CARD,
    CASH,
    CHEQUE,
    IN_KIND,
    PLEDGED,
    RECEIVED,
    STANDING_ORDER,
    Donation,
    find_gift,
)
from app.ledger.in_hand import BelowZero
from app.money import written
from app.office import access
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, me, my_branch_id
from app.office.bank import subjects
from app.office.confirming import Question, asks_once
from app.office.content import authors
from app.office.offline import gift_forms, noticed, words
from app.office.offline.gift_forms import CorrectionForm, GiftForm
from app.office.offline.noticed import Noticed
from app.offline import corrections, gifts, lists, promises
from app.receipts import filing, handing_over
from app.subject import Subject
from app.web import notices

bp = Blueprint("gifts_by_hand", __name__, url_prefix="/gifts-by-hand")

_LISTED = (BANK_TRANSFER, STANDING_ORDER, CASH, IN_KIND)
_ENTERED = (BANK_TRANSFER, CASH, IN_KIND)
# The list of what was promised and has not come, instead of one method's.
_PROMISED = "promised"
_MOST_BOOKED_EARLY = 200


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def index() -> ResponseReturnValue:
    """Gifts by bank and in kind, the latest first; by `?method=` one method alone, or what was promised."""
    before, method = request.args.get("before", ""), request.args.get("method", "")
    if method == _PROMISED:
        page = lists.promised(my_branch_id(), before)
    else:
        page = lists.gifts([method] if method in _LISTED else _LISTED, my_branch_id(), before)
    return render_template(
        "office/offline/gifts_by_hand.html",
        page=page,
        method=method,
        methods=_LISTED,
        booked_early=[] if before else promises.booked_early(_MOST_BOOKED_EARLY, my_branch_id()),
    )


@bp.get("/new/<method>")
@allow(reads={TREASURER, BRANCH_TREASURER})
def new(method: str) -> ResponseReturnValue:
    """An empty form for a bank transfer or a gift in kind."""
    return page_of(_empty(method, data=gift_forms.as_before()))


@bp.post("/new/<method>")
@allow(changes={TREASURER, BRANCH_TREASURER})
def create(method: str) -> ResponseReturnValue:
    """Take a gift in; the next one can be entered at once."""
    form = _empty(method)
    donation = taken_in(form)
    if not isinstance(donation, Donation):
        return donation
    named = {"amount": written(donation.amount), "name": donation.name or _("someone")}
    if donation.state == PLEDGED:
        notices.done(
            _("Promise saved: %(amount)s from %(name)s. It becomes a gift once it is on the bank statement.", **named)
        )
    else:
        notices.done(_("Gift saved: %(amount)s from %(name)s.", **named))
    following = url_for(".new", method=method, **form.same_again())
    return redirect(following if "another" in request.form else url_for(".index"), code=303)


def taken_in(form: GiftForm) -> Donation | ResponseReturnValue:
    """Receive or expect the gift that a form describes, and leave it on the trail; or the form again, with its mistakes
    or with what looks like the same gift and nobody has seen yet."""
    if not form.validate():
        return page_of(form, status=422)
    found = form.noticed()
    if noticed.asks(found):
        return page_of(form, status=409, found=found)
    with writing():
        donation = gifts.enter(
            form.chosen_appeal,
            form.method,
            form.gift(),
            submission=form.nonce.data or "",
            by=Subject("person", me().reference),
            branch_id=form.branch_id,
        )
        after = {"amount": str(donation.amount), "method": form.method, "name": donation.name}
        what = "gift.announced" if donation.state == PLEDGED else "gift.entered"
        record(what, Subject("donation", donation.reference), after=after)
    return donation


@bp.get("/<reference>")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def show(reference: str) -> ResponseReturnValue:
    """One gift by hand: who gave it, how far its money has come, its receipt."""
    return _page(_gift(reference), CorrectionForm())


def _whether_it_is_wrong(reference: str) -> Question | None:
    gift = _gift(reference)
    if gift.state != RECEIVED or not CorrectionForm().validate():
        return None
    return Question(
        _("Reverse the gift of %(amount)s from %(name)s?", amount=written(gift.amount), name=gift.name or _("someone")),
        _(
            "Its receipt becomes void. The gift stays on record as reversed, and this cannot be "
            "undone. Enter the correct gift if there is one."
        ),
        _("Reverse gift"),
        url_for(".show", reference=reference),
    )


@bp.post("/<reference>/correction")
@allow(changes={TREASURER, BRANCH_TREASURER})
@asks_once(_whether_it_is_wrong)
def correct(reference: str) -> ResponseReturnValue:
    """Reverse a gift that was entered wrongly."""
    donation, form = _gift(reference), CorrectionForm()
    if not form.validate():
        return _page(donation, form, status=422)
    try:
        with writing():
            corrections.undo_gift(_gift(reference), reason=form.reason.data, by=Subject("person", me().reference))
            record("gift.reversed", Subject("donation", reference), after={"reason": form.reason.data})
    except BelowZero as refusal:
        notices.failed(words.refused(refusal))
    except corrections.OfASheet:
        notices.failed(_("This gift is a line of a count sheet. Reverse the sheet and enter a new count."))
    except (corrections.AtTheBank, corrections.NothingToReverse):
        notices.failed(_("This gift is on the bank statement or was only promised, so it cannot be reversed here."))
    else:
        notices.done(_("Gift reversed. Enter the correct gift if there is one."))
    return redirect(url_for(".show", reference=reference), code=303)


def _whether_it_is_withdrawn(reference: str) -> Question | None:
    gift = _gift(reference)
    if gift.state != PLEDGED or not CorrectionForm().validate():
        return None
    return Question(
        _(
            "Withdraw the promise of %(amount)s from %(name)s?",
            amount=written(gift.amount),
            name=gift.name or _("someone"),
        ),
        _("It will no longer be expected. If the money arrives after all, you can still book the bank line as a gift."),
        _("Withdraw promise"),
        url_for(".show", reference=reference),
    )


@bp.post("/<reference>/withdrawal")
@allow(changes={TREASURER, BRANCH_TREASURER})
@asks_once(_whether_it_is_withdrawn)
def withdraw(reference: str) -> ResponseReturnValue:
    """Expect a gift that was promised no longer."""
    donation, form = _gift(reference), CorrectionForm()
    if not form.validate():
        return _page(donation, form, status=422)
    try:
        with writing():
            promises.withdraw(_gift(reference), form.reason.data, by=Subject("person", me().reference))
            record("gift.withdrawn", Subject("donation", reference), after={"reason": form.reason.data})
    except promises.NotPromised:
        notices.failed(_("This gift has since arrived, so it cannot be withdrawn."))
    else:
        notices.done(_("Promise withdrawn. It is no longer expected. Nothing had been booked."))
    return redirect(url_for(".show", reference=reference), code=303)


@bp.post("/<reference>/promise")
@allow(changes={TREASURER, BRANCH_TREASURER})
def make_promise(reference: str) -> ResponseReturnValue:
    """Take a transfer that was booked when it was announced out of the books, and expect it."""
    _gift(reference)
    try:
        with writing():
            promises.make_promise(_gift(reference), by=Subject("person", me().reference))
            record("gift.made_promise", Subject("donation", reference))
    except promises.NotPromised:
        notices.failed(_("This gift is now on the bank statement, so it cannot be changed to a promise."))
        return redirect(url_for(".show", reference=reference), code=303)
    notices.done(
        _(
            "Changed to a promise. It is out of the books from today and its receipt is "
            "void. It becomes a gift again once it is on the bank statement."
        )
    )
    return redirect(url_for(".index"), code=303)


def _empty(method: str, **values: Any) -> GiftForm:
    if method not in _ENTERED:
        abort(404)
    return gift_forms.FORMS[method](gift_forms.appeals(), **values)


def page_of(form: GiftForm, status: int = 200, found: Sequence[Noticed] = ()) -> ResponseReturnValue:
    """The page of a form; `found` is what looks like the same gift."""
    if form.method == CHEQUE:
        send, above = url_for("office.cheques.create"), (url_for("office.cheques.index"), _("Cheques"))
    else:
        send, above = url_for(".create", method=form.method), (url_for(".index"), _("Other gifts"))
    page = render_template(
        "office/offline/gift_new.html",
        form=form,
        title=gift_forms.titles()[form.method],
        send=send,
        above=[above],
        found=found,
        anyway=noticed.mark(found),
    )
    return page, status


def _gift(reference: str) -> Donation:
    gift = access.or_404(find_gift(reference))
    return gift if gift.method != CARD else abort(404)


def _page(donation: Donation, form: CorrectionForm, status: int = 200) -> ResponseReturnValue:
    row = by_hand.of(donation)
    proofs = filing.read_all(donation.id)
    page = render_template(
        "office/offline/gift_by_hand.html",
        gift=donation,
        row=row,
        state=row.state(donation),
        sheet=db.session.get(CountSheet, row.count_sheet_id) if row.count_sheet_id else None,
        booked_early=donation.method in (BANK_TRANSFER, STANDING_ORDER) and row.state(donation) == by_hand.WAITING,
        appeal=db.session.get_one(Appeal, donation.appeal_id),
        branch=db.session.get(Branch, donation.branch_id) if donation.branch_id else None,
        receipts=proofs,
        line=subjects.line_address(row.bank_line),
        to_give=bool(proofs) and handing_over.may_be_given(proofs[-1]),
        names=authors.names(filter(None, (row.entered_by, row.reversed_by))),
        form=form,
    )
    return page, status
