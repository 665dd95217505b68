"""Standing orders: what is expected each month, what is late, and the end of one."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, NumberRange

from app import clock
from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.audit.trail import record
from app.database import db, writing
from app.donations import standing_order
from app.donations.standing_order import StandingOrder
from app.money import Money, written
from app.office import access
from app.office.access import AUDITOR, BRANCH_TREASURER, TREASURER, allow, my_branch_id
from app.office.confirming import Question, asks_once
from app.office.donors import choice
from app.office.donors.choice import donor_field
from app.office.offline import gift_forms, noticed
from app.office.offline.gift_forms import HandForm
from app.office.offline.noticed import Noticed
from app.offline import alike, lists, standing_orders
from app.offline.standing_orders import Promise
from app.subject import Subject
from app.web import notices
from app.web.fields import AmountField, DayField, LineField, NumberField

bp = Blueprint("standing_orders", __name__, url_prefix="/standing-orders")


class OrderForm(HandForm):
    """A standing order that a donor has told us of."""

    amount = AmountField(_l("Amount each month"), missing=_l("Enter an amount"))
    payer = LineField(_l("Name on the bank account"), missing=_l("Enter the name on the bank account"), longest=120)
    reference_text = LineField(
        _l("Reference on the statement"), description=_l("Used to recognise the line on the statement."), longest=80
    )
    day_of_month = NumberField(
        _l("Day of the month"),
        default=1,
        validators=[
            InputRequired(_l("Enter a day from 1 to 31")),
            NumberRange(1, 31, _l("Enter a day from 1 to 31")),
        ],
    )
    donor = donor_field()
    # One that is changed keeps its donor.
    is_new = True
    day = DayField(_l("From"), default=clock.today, missing=_l("Enter the date"))

    def validate_day(self, field: DayField) -> None:
        """It may begin in the future."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether the order can be expected."""
        super().validate(extra_validators)
        self._money: Money | None = None
        if not self.amount.errors and not self.appeal.errors:
            self._money = self.amount.read(self.chosen_appeal.currency)
        self._donor = choice.ask(self, self.payer.data or "", asked=self.is_new)
        return not self.errors

    def promise(self) -> Promise:
        """What a valid form says."""
        assert self._money is not None and self.day.data is not None  # noqa: S101, PT018 - validate() has read them
        return Promise(
            self._money,
            self.day_of_month.data,
            self.day.data,
            self.payer.data,
            self.reference_text.data or "",
            self._donor.id if self._donor else None,
        )


@bp.get("/")
@allow(reads={TREASURER, AUDITOR, BRANCH_TREASURER})
def index() -> ResponseReturnValue:
    """Every standing order, the latest first, with when the next payment is due."""
    page = lists.orders(my_branch_id(), request.args.get("before", ""))
    return render_template("office/offline/standing_orders.html", page=page)


@bp.get("/new")
@allow(reads={TREASURER, BRANCH_TREASURER})
def new() -> ResponseReturnValue:
    """An empty form."""
    return _form(OrderForm(gift_forms.appeals()))


@bp.post("/")
@allow(changes={TREASURER, BRANCH_TREASURER})
def create() -> ResponseReturnValue:
    """Expect a standing order from now on."""
    form = OrderForm(gift_forms.appeals())
    if not form.validate():
        return _form(form, status=422)
    found = _alike(form)
    if noticed.asks(found):
        return _form(form, status=409, found=found)
    with writing():
        order = standing_orders.expect(form.chosen_appeal, form.promise(), branch_id=form.branch_id)
        record(
            "standing_order.expected", Subject("standing-order", order.reference), after={"amount": str(order.amount)}
        )
    notices.done(_("Standing order saved. It is expected from now on."))
    return redirect(url_for(".index"), code=303)


def _whether_it_ends(reference: str) -> Question:
    order = _order(reference)
    return Question(
        _("End the standing order from %(name)s?", name=order.payer or _("someone")),
        _(
            "No more payments will be expected. Payments already received stay. If the donor starts "
            "again, enter a new standing order."
        ),
        _("End"),
        url_for(".index"),
    )


@bp.post("/<reference>/end")
@allow(changes={TREASURER, BRANCH_TREASURER})
@asks_once(_whether_it_ends)
def end(reference: str) -> ResponseReturnValue:
    """Expect nothing more of it."""
    _order(reference)
    with writing():
        standing_orders.end(_order(reference))
        record("standing_order.ended", Subject("standing-order", reference))
    notices.done(_("Standing order ended. No more payments are expected."))
    return redirect(url_for(".index"), code=303)


def _whether_it_is_given_up(reference: str) -> Question | None:
    order = _order(reference)
    if order.next_due_on.isoformat() != request.form.get("due"):
        return None
    return Question(
        _("Skip the missed payment from %(name)s?", name=order.payer or _("someone")),
        _(
            "The payment of %(amount)s due on %(day)s will no longer be expected. The next one will be.",
            amount=written(order.amount),
            day=format_date(order.next_due_on, "long"),
        ),
        _("Skip missed payment"),
        url_for(".index"),
    )


@bp.post("/<reference>/missed")
@allow(changes={TREASURER, BRANCH_TREASURER})
@asks_once(_whether_it_is_given_up)
def pass_over(reference: str) -> ResponseReturnValue:
    """Give up a payment that did not come, and expect the next."""
    _order(reference)
    with writing():
        order = _order(reference)
        db.session.refresh(order, with_for_update=True)
        before = order.next_due_on
        if before.isoformat() != request.form.get("due"):
            # Somebody was faster, or pressed twice: the next payment is not given up as well.
            return redirect(url_for(".index"), code=303)
        standing_orders.pass_over(order)
        after = {"due": order.next_due_on}
        record("standing_order.passed_over", Subject("standing-order", reference), before={"due": before}, after=after)
    notices.done(_("Missed payment skipped. The next one is expected."))
    return redirect(url_for(".index"), code=303)


@bp.get("/<reference>/edit")
@allow(reads={TREASURER, BRANCH_TREASURER})
def edit(reference: str) -> ResponseReturnValue:
    """A standing order, to be changed; one that has ended stays as it was."""
    order = _running(reference)
    return _form(_form_of(order, data=_filled(order)), order=order)


@bp.post("/<reference>/edit")
@allow(changes={TREASURER, BRANCH_TREASURER})
def save(reference: str) -> ResponseReturnValue:
    """Expect its payments otherwise from now on."""
    order = _running(reference)
    form = _form_of(order)
    if not form.validate():
        return _form(form, status=422, order=order)
    with writing():
        order = _running(reference)
        db.session.refresh(order, with_for_update=True)
        before = {"amount": str(order.amount), "day": order.day_of_month}
        standing_orders.change(order, form.chosen_appeal, form.promise(), branch_id=form.branch_id)
        after = {"amount": str(order.amount), "day": order.day_of_month}
        record("standing_order.changed", Subject("standing-order", reference), before=before, after=after)
    notices.done(_("Changes saved. They apply from the next payment."))
    return redirect(url_for(".index"), code=303)


def _alike(form: OrderForm) -> list[Noticed]:
    """Orders that are expected already and look like the one that a valid form describes."""
    promise = form.promise()
    mine = [each for each in alike.orders(promise.amount, promise.payer) if my_branch_id() in (None, each.branch_id)]
    return [
        Noticed(
            _(
                "This looks like the standing order of %(amount)s from %(name)s, which is already expected.",
                name=each.payer or _("someone"),
                amount=written(each.amount),
            ),
            url_for(".index"),
        )
        for each in mine[:3]
    ]


def _form(
    form: OrderForm, status: int = 200, order: StandingOrder | None = None, found: Sequence[Noticed] = ()
) -> ResponseReturnValue:
    page = render_template(
        "office/offline/standing_order_new.html", form=form, order=order, found=found, anyway=noticed.mark(found)
    )
    return page, status


def _running(reference: str) -> StandingOrder:
    order = _order(reference)
    return order if order.ended_on is None else abort(404)


def _form_of(order: StandingOrder, **values: Any) -> OrderForm:
    """The form for an order that there is: it keeps its currency, and its appeal and branch may be closed by now."""
    appeal = db.session.get_one(Appeal, order.appeal_id)
    offered = gift_forms.appeals(order.currency)
    branch = db.session.get(Branch, order.branch_id) if order.branch_id else None
    form = OrderForm(offered if appeal in offered else [appeal, *offered], branch, **values)
    form.is_new = False
    return form


def _filled(order: StandingOrder) -> dict[str, Any]:
    branch = db.session.get(Branch, order.branch_id) if order.branch_id else None
    return {
        "amount": str(order.amount.major()),
        "payer": order.payer,
        "reference_text": order.reference_text,
        "day_of_month": order.day_of_month,
        "day": order.since,
        "appeal": db.session.get_one(Appeal, order.appeal_id).reference,
        "branch": branch.reference if branch else "",
    }


def _order(reference: str) -> StandingOrder:
    return access.or_404(standing_order.find(reference))
