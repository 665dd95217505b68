"""Payouts: each automatic one taken apart, so that its parts, their sum, the payout and the difference can be seen."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from app.money import Money
from app.office.access import AUDITOR, TREASURER, allow
from app.office.at_stripe import at_stripe
from app.payments import payout as payout_rows
from app.payments.payout import Payout
from app.reconciliation import payout_parts, payouts

bp = Blueprint("payouts", __name__, url_prefix="/payouts")


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """The payouts, the latest first; what is nothing in the last column is explained to the penny."""
    page = payout_rows.listed(request.args.get("before", ""))
    parts = payouts.parts(page.rows)
    rows = [(each, _amount(each), *parts[each.payout_id]) for each in page.rows]
    return render_template("office/today/payouts.html", payouts=rows, page=page)


@bp.get("/<payout_id>")
@allow(reads={TREASURER, AUDITOR})
def show(payout_id: str) -> ResponseReturnValue:
    """One payout: what it is made of, with the lines that do not fit, and its line on the bank's statement."""
    payout = payout_rows.find(payout_id) or abort(404)
    result = payouts.of_payout(payout)
    return render_template(
        "office/today/payout.html",
        payout=payout,
        amount=_amount(payout),
        result=result,
        page=payout_parts.listed(payout, request.args.get("after", "")),
        line=payout_parts.line_of(payout),
        at_stripe=at_stripe(payout.payout_id),
    )


def _amount(payout: Payout) -> Money:
    return Money(payout.amount_minor, payout.currency)
