"""Receipts on paper: to print, and to hand over or post; and that it was done."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.audit import trail
from app.audit.trail import record
from app.database import writing
from app.donations.donation import find_gift, gifts_by_id
from app.office import access
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, my_branch_id
from app.receipts import handing_over
from app.subject import Subject
from app.web import notices

bp = Blueprint("paper_receipts", __name__, url_prefix="/paper-receipts")

_MOST = 200


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def index() -> ResponseReturnValue:
    """The receipts that wait to be handed over or posted, the oldest first."""
    receipts = {each.donation_id: each for each in handing_over.at_hand(_MOST)}
    found = [(gift, receipts[gift.id]) for gift in gifts_by_id(receipts, my_branch_id())]
    return render_template("office/gifts/paper_receipts.html", receipts=found)


@bp.post("/<reference>")
@allow(reads=(), changes={TREASURER, BRANCH_TREASURER})
def give(reference: str) -> ResponseReturnValue:
    """Note that the receipt of a gift was handed over, or posted."""
    gift = access.or_404(find_gift(reference))
    try:
        with writing():
            how = request.form.get("how", "")
            receipt = handing_over.give(gift.id, how, by=trail.at_work().by)
            record(
                "receipt.given",
                Subject("donation", gift.reference),
                after={"number": receipt.printed_number, "how": how},
            )
        notices.done(_("Receipt %(number)s marked as delivered.", number=receipt.printed_number))
    except handing_over.NotToBeGiven:
        notices.failed(_("This receipt is no longer waiting. Check the list again."))
    if "list" in request.form:
        return redirect(url_for(".index"), code=303)
    return redirect(url_for("office.donations.show", reference=reference), code=303)
