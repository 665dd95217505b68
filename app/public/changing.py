"""Changing a gift that was not paid: its form again, with everything that was typed.

A gift's address is passed on more easily than one thinks, so who gave and what they wrote is shown only to the browser
in which it was typed; anybody else who has the address gets the amount and how often, and no more.
"""

from flask import Blueprint, abort, redirect, session, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.appeals.appeal import Appeal
from app.database import db
from app.donations.donation import Donation, find_gift
from app.donations.plans import payments
from app.donations.plans.plan import Plan
from app.public.giving import form, to_checkout

bp = Blueprint("changing", __name__)

_TYPED_HERE = "typed_here"
# A browser remembers its last gifts; they are references alone, in the session's signed cookie.
_MOST = 3


def remember(pledged: Donation | Plan) -> None:
    """Note in the visitor's session that this gift was typed in this browser."""
    others = [each for each in session.get(_TYPED_HERE, []) if each != pledged.reference]
    session[_TYPED_HERE] = [*others, pledged.reference][-_MOST:]


@bp.get("/donations/<reference>/change")
def gift(reference: str) -> ResponseReturnValue:
    """A single gift's form with what was typed; one that has come cannot be changed any more."""
    donation = find_gift(reference) or abort(404)
    return _page(donation, changeable=donation.received_at is None)


@bp.get("/monthly/<reference>/change")
def plan(reference: str) -> ResponseReturnValue:
    """A monthly gift's form with what was typed; one that has begun is changed by the link in its receipts."""
    plan = payments.find_plan(reference) or abort(404)
    return _page(plan, changeable=plan.started_at is None)


def _page(pledged: Donation | Plan, *, changeable: bool) -> ResponseReturnValue:
    if not changeable:
        return redirect(to_checkout.own_page(pledged), code=303)
    appeal = db.session.get_one(Appeal, pledged.appeal_id)
    if appeal.open_on(clock.today()):
        return form.page(appeal, form.filled(appeal, _typed(appeal, pledged)))
    if (instead := form.instead_of(appeal)) is None:
        return redirect(url_for("public.appeals.show", slug=appeal.slug), code=303)
    return form.page(instead, form.filled(instead, _typed(instead, pledged)), instead_of=appeal)


def _typed(appeal: Appeal, pledged: Donation | Plan) -> dict[str, object]:
    """What the form is to show, as it was typed."""
    suggested = pledged.amount in appeal.suggested
    if pledged.currency != appeal.currency:
        return {"rhythm": form.MONTHLY if isinstance(pledged, Plan) else form.ONCE}
    amount = str(pledged.amount.major())
    typed: dict[str, object] = {
        "amount": amount if suggested else form.OTHER,
        "other": "" if suggested else amount,
        "rhythm": form.MONTHLY if isinstance(pledged, Plan) else form.ONCE,
    }
    if pledged.reference in session.get(_TYPED_HERE, []):
        for name in ("name", "email", "address", "postcode", "message", "name_may_be_shown"):
            typed[name] = getattr(pledged, name)
    return typed
