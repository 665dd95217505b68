"""Beginning a monthly gift: the page that waits for its first payment, and the way back for whoever did not pay."""

import hashlib

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.appeals.appeal import Appeal
from app.database import db
from app.donations import went_back
from app.donations.plans import payments
from app.donations.plans.plan import PLEDGED, Plan
from app.receipts import filing

bp = Blueprint("monthly", __name__)


@bp.get("/monthly/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """Thank you, once the first payment is in the books; coming back from Stripe proves nothing, so it waits."""
    page = render_template("public/giving/monthly.html", **_context(_plan(reference)))
    return Response(page, headers={"Cache-Control": "no-store"})


@bp.get("/monthly/<reference>/progress")
def progress(reference: str) -> ResponseReturnValue:
    """The part of the page that changes while it waits, with an ETag to ask by."""
    body = render_template("public/plans/_plan_progress.html", **_context(_plan(reference)))
    response = Response(body, headers={"Cache-Control": "private, no-cache"})
    response.set_etag(hashlib.sha256(body.encode()).hexdigest()[:32])
    return response.make_conditional(request)


@bp.get("/monthly/<reference>/cancelled")
def cancelled(reference: str) -> ResponseReturnValue:
    """Back from Stripe without paying: nothing was charged, and the gift can still be begun or changed."""
    plan = _plan(reference)
    if plan.state != PLEDGED or payments.payment_on_its_way(plan) is not None:
        return redirect(url_for("public.monthly.show", reference=reference), code=303)
    page = render_template("public/giving/monthly_cancelled.html", **_context(plan))
    return Response(page, headers={"Cache-Control": "no-store"})


def _context(plan: Plan) -> dict[str, object]:
    """Nothing in it says whose plan it is."""
    first = payments.first_payment(plan)
    debit = None if first is not None else payments.payment_on_its_way(plan)
    closes = plan.checkout_expires_at
    still_open = debit is None and plan.state == PLEDGED and closes is not None and closes > clock.now()
    return {
        "plan": plan,
        "appeal": db.session.get(Appeal, plan.appeal_id),
        "first": first,
        "debit": debit,
        "receipt": None if first is None else filing.current(first.id),
        "back": None if first is None else went_back.of(first),
        "checkout_url": plan.checkout_url if still_open else None,
    }


def _plan(reference: str) -> Plan:
    return payments.find_plan(reference) or abort(404)
