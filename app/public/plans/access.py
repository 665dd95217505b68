"""From a receipt to its monthly gift: what it is, and a fresh link to change it, mailed to the donor's own address."""

from datetime import timedelta

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import limits
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations.plans import dates, links, payments
from app.donations.plans.plan import ENDED, Plan
from app.receipts import filing
from app.services import services

bp = Blueprint("plan_access", __name__)

# In an hour: enough for a mail that got lost, too few to fill anybody's mailbox.
_WINDOW = timedelta(hours=1)
_MOST_MAILS, _MOST_TRIES = 3, 20


@bp.get("/receipts/<reference>/plan")
def show(reference: str) -> ResponseReturnValue:
    """The plan behind a receipt: amount, appeal and state, and no personal data, for receipts are passed on."""
    plan = _plan(reference)
    appeal = db.session.get(Appeal, plan.appeal_id)
    return render_template(
        "public/plans/plan_of_receipt.html",
        plan=plan,
        appeal=appeal,
        reference=reference,
        sent="sent" in request.args,
        skipped=dates.skipped(plan),
        next_taken=dates.next_taken(plan),
    )


@bp.post("/receipts/<reference>/plan")
def mail_link(reference: str) -> ResponseReturnValue:
    """Mail a link that works for an hour. The answer is the same whether or not a mail can go out."""
    plan = _plan(reference)
    settings = services().settings
    secret = settings.secret_key
    with writing():
        mails = limits.count("plan-link", plan.reference, within=_WINDOW, secret=secret)
        tries = limits.count(
            "plan-link-by", limits.network_of(request.remote_addr or ""), within=_WINDOW, secret=secret
        )
        if mails <= _MOST_MAILS and tries <= _MOST_TRIES and plan.state != ENDED:
            links.request(plan)
    return redirect(url_for(".show", reference=reference, sent="yes"), code=303)


@bp.after_request
def keep_to_the_reader(response: Response) -> Response:
    """The address holds a receipt's secret: no cache keeps it, no search engine lists it, no other site learns it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _plan(receipt: str) -> Plan:
    return payments.plan_of(filing.donation_of(receipt) or abort(404)) or abort(404)
