"""Changing a monthly gift, with a link that was mailed to the donor: amount, appeal, card, a pause, or its end."""

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app import clock
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations.plans import changes, dates, links
from app.donations.plans.changes import Change
from app.donations.plans.plan import Plan
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable
from app.public.plans.forms import AmountForm, EndPlanForm, OtherAppealForm, PauseForm, ResumeForm, done
from app.services import services

bp = Blueprint("plans", __name__)


@bp.get("/plans/<token>")
def show(token: str) -> ResponseReturnValue:
    """The plan and what can be changed of it; thank you when it has ended."""
    return _page(token, _plan(token), said=done(request.args.get("done", "")))


@bp.post("/plans/<token>/amount")
def amount(token: str) -> ResponseReturnValue:
    """Another amount from the next payment on."""
    plan = _plan(token)
    form = AmountForm(plan.currency)
    return _change(token, plan, form.change()) if form.validate() else _page(token, plan, amount=form, status=422)


@bp.post("/plans/<token>/appeal")
def appeal(token: str) -> ResponseReturnValue:
    """Another appeal from the next payment on."""
    plan = _plan(token)
    form = OtherAppealForm(plan)
    return _change(token, plan, form.change()) if form.validate() else _page(token, plan, move=form, status=422)


@bp.post("/plans/<token>/pause")
def pause(token: str) -> ResponseReturnValue:
    """Nothing is taken for some months."""
    plan = _plan(token)
    form = PauseForm(plan)
    return _change(token, plan, form.change()) if form.validate() else _page(token, plan, pause=form, status=422)


@bp.post("/plans/<token>/resume")
def resume(token: str) -> ResponseReturnValue:
    """The pause is over."""
    return _change(token, _plan(token), ResumeForm().change())


@bp.get("/plans/<token>/end")
def ask_to_end(token: str) -> ResponseReturnValue:
    """Ask once more before a plan is ended, because that cannot be undone."""
    plan = _plan(token)
    if changes.CANCEL not in changes.possible(plan):
        return redirect(url_for(".show", token=token), code=303)
    return render_template(
        "public/plans/plan_end.html",
        plan=plan,
        appeal=_appeal(plan),
        token=token,
        form=EndPlanForm(),
        skipped=dates.skipped(plan),
        next_taken=dates.next_taken(plan),
    )


@bp.post("/plans/<token>/end")
def end(token: str) -> ResponseReturnValue:
    """No payment is taken any more."""
    return _change(token, _plan(token), EndPlanForm().change())


@bp.post("/plans/<token>/card")
def card(token: str) -> ResponseReturnValue:
    """To Stripe's page for a new card; card data never comes near us."""
    plan = _plan(token)
    if plan.customer_id is None or not changes.possible(plan):
        return redirect(url_for(".show", token=token), code=303)
    customer_id = plan.customer_id
    db.session.rollback()
    back = services().settings.base_url + url_for(".show", token=token, done="card")
    try:
        return redirect(services().gateway.card_page(customer_id, back), code=303)
    except (PaymentsUnavailable, PaymentsRefused) as failure:
        return _not_done(token, failure)


def _change(token: str, plan: Plan, change: Change) -> ResponseReturnValue:
    """Write the change down, ask Stripe for it, note what it has become; each in a unit of its own."""
    try:
        with writing():
            asked = changes.ask(plan, change)
    except changes.NotPossibleNow:
        # Somebody was faster, here or at Stripe: the page shows what is so now.
        return redirect(url_for(".show", token=token), code=303)
    try:
        changed = changes.carry_out(asked, services().gateway)
    except (PaymentsUnavailable, PaymentsRefused) as failure:
        if isinstance(failure, PaymentsRefused) or failure.outcome_stored:
            with writing():
                changes.forget(asked)
        return _not_done(token, failure)
    with writing():
        changes.done(asked, changed)
    return redirect(url_for(".show", token=token, done=change.kind), code=303)


def _not_done(token: str, failure: PaymentsUnavailable | PaymentsRefused) -> ResponseReturnValue:
    """A call that was refused changed nothing; of one that got no answer nobody knows that."""
    current_app.logger.warning("a plan could not be changed: %s", failure)
    if isinstance(failure, PaymentsRefused):
        refused = _("The payment service did not accept this. Nothing was changed. Write to us for help.")
        return _page(token, _plan(token), problem=refused, status=409)
    unknown = _(
        "We could not reach the payment service, so this may not have been done. Try again in a minute. "
        "Trying twice will not do it twice."
    )
    answer = _page(token, _plan(token), problem=unknown, status=503)
    answer.headers["Retry-After"] = "60"
    return answer


def _page(
    token: str,
    plan: Plan,
    *,
    amount: AmountForm | None = None,
    pause: PauseForm | None = None,
    move: OtherAppealForm | None = None,
    said: str = "",
    problem: str = "",
    status: int = 200,
) -> Response:
    page = render_template(
        "public/plans/plan.html",
        plan=plan,
        appeal=_appeal(plan),
        token=token,
        possible=changes.possible(plan),
        amount=amount or AmountForm(plan.currency, formdata=None),
        pause=pause or PauseForm(plan, formdata=None),
        move=move or OtherAppealForm(plan, formdata=None),
        ended=not _appeal(plan).open_on(clock.today()),
        skipped=dates.skipped(plan),
        next_taken=dates.next_taken(plan),
        said=said,
        problem=problem,
    )
    return Response(page, status=status)


@bp.after_request
def keep_to_the_reader(response: Response) -> Response:
    """The address is a key: no cache keeps it, no search engine lists it, no other site learns it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _plan(token: str) -> Plan:
    plan = links.find(token, services().settings.secret_key)
    return plan or abort(Response(render_template("public/plans/plan_link_over.html"), status=404))


def _appeal(plan: Plan) -> Appeal:
    return db.session.get_one(Appeal, plan.appeal_id)
