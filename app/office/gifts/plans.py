"""Monthly gifts whose appeal has ended: the office lets one go to another appeal, and the donor is told."""

from typing import Any

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from app import clock
from app.appeals.appeal import Appeal
from app.audit.trail import record
from app.database import db, writing
from app.donations.plans import changes, dates, payments
from app.donations.plans.changes import Change
from app.donations.plans.plan import Plan
from app.money import written
from app.office.access import ADMIN, AUDITOR, TREASURER, allow
from app.office.confirming import Question, asks_once
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable
from app.services import services
from app.subject import Subject
from app.web import notices
from app.web.fields import CleanedForm

bp = Blueprint("plans", __name__, url_prefix="/monthly-gifts")


class MoveForm(CleanedForm):
    """The appeal that a plan shall be for."""

    appeal = SelectField(_l("From the next payment, give it to"), validate_choice=False)

    def __init__(self, plan: Plan, **values: Any) -> None:
        """Offer the appeals that the plan may be moved to."""
        super().__init__(**values)
        self._appeals = {each.reference: each for each in changes.other_appeals(plan)}
        choices = [SelectChoice(reference, each.title) for reference, each in self._appeals.items()]
        self.appeal.choices = [SelectChoice("", _("Select an appeal")), *choices]

    def validate_appeal(self, field: SelectField) -> None:
        """Take an appeal that was offered."""
        if field.data not in self._appeals:
            self.wrong(field, _("Select an appeal"))

    @property
    def chosen(self) -> Appeal:
        """The appeal of a valid form."""
        return self._appeals[self.appeal.data]


@bp.get("/<reference>")
@allow(reads={TREASURER, ADMIN, AUDITOR})
def show(reference: str) -> ResponseReturnValue:
    """What the plan is, and where it may go."""
    plan = _plan(reference)
    return _page(plan, MoveForm(plan, formdata=None))


def _whether_it_moves(reference: str) -> Question | None:
    plan = _plan(reference)
    form = MoveForm(plan)
    if not _may_move(plan) or not form.validate():
        return None
    return Question(
        _("Give this monthly gift to “%(title)s”?", title=form.chosen.title),
        _(
            "%(amount)s a month from %(name)s goes there from the next payment. Earlier gifts stay where they are, "
            "and so does a payment under way. The donor is told by email. Do this only if the donor has agreed, or "
            "was told at the start what later payments would support.",
            amount=written(plan.amount),
            name=plan.name or _("someone"),
        ),
        _("Change the appeal"),
        url_for(".show", reference=reference),
    )


@bp.post("/<reference>/appeal")
@allow(changes={TREASURER, ADMIN})
@asks_once(_whether_it_moves)
def move(reference: str) -> ResponseReturnValue:
    """Write it down, commit, ask Stripe, and note what the subscription names then."""
    plan = _plan(reference)
    form = MoveForm(plan)
    if not form.validate():
        return _page(plan, form, 422)
    back = redirect(url_for(".show", reference=reference), code=303)
    if not _may_move(plan):
        notices.failed(_("This monthly gift cannot be moved now. Nothing was changed."))
        return back
    before, wanted = _appeal(plan).title, changes.to_appeal(form.chosen)
    try:
        with writing():
            asked = changes.ask(plan, wanted)
            record("plan.move_asked", Subject("plan", reference), before={"appeal": before}, after=_said(wanted))
    except changes.NotPossibleNow:
        notices.failed(_("This monthly gift cannot be moved now. Nothing was changed."))
        return back
    try:
        changed = changes.carry_out(asked, services().gateway)
    except (PaymentsUnavailable, PaymentsRefused) as failure:
        current_app.logger.warning("a plan could not be moved: %s", failure)
        if isinstance(failure, PaymentsRefused) or failure.outcome_stored:
            with writing():
                changes.forget(asked)
        notices.failed(_("Stripe did not do this, or cannot be reached. Try again in a minute: it is done only once."))
        return back
    with writing():
        changes.done(asked, changed)
        record("plan.moved", Subject("plan", reference), before={"appeal": before}, after=_said(wanted))
    notices.done(_("This monthly gift goes to “%(title)s” from the next payment.", title=wanted.title))
    return back


def _said(wanted: Change) -> dict[str, str]:
    return {"appeal": wanted.title}


def _may_move(plan: Plan) -> bool:
    """Whether the office may move a plan: a running one, and only once its appeal has ended. Before that the donor
    alone decides."""
    return changes.APPEAL in changes.possible(plan) and not _appeal(plan).open_on(clock.today())


def _page(plan: Plan, form: MoveForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "office/gifts/plan.html",
        plan=plan,
        appeal=_appeal(plan),
        form=form,
        may_move=_may_move(plan),
        next_taken=dates.next_taken(plan),
        begun_for=db.session.get(Appeal, plan.begun_for_id) if plan.begun_for_id else None,
    )
    return page, status


def _appeal(plan: Plan) -> Appeal:
    return db.session.get_one(Appeal, plan.appeal_id)


def _plan(reference: str) -> Plan:
    return payments.find_plan(reference) or abort(404)
