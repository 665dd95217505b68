"""Refunds: giving a gift back the way it came, in part or in full."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from app.audit import trail
from app.audit.trail import record
from app.database import db, writing
from app.donations import disputes, refunds
from app.donations.donation import CARD, RECEIVED, Donation, find_gift
from app.donations.refunds import ASKED, CAME_TO_NOTHING, REFUSED, DonationRefund
from app.errors import DomainError
from app.money import Money, step, too_fine, written
from app.office import access
from app.office.access import TREASURER, allow
from app.office.confirming import Question, asks_once
from app.services import services
from app.subject import Subject
from app.web import notices
from app.web.fields import AmountField, CleanedForm, LinesField

bp = Blueprint("refunds", __name__, url_prefix="/refunds")


class RefundForm(CleanedForm):
    """How much of a gift goes back, and why."""

    amount = AmountField(
        _l("Amount"), description=_l("The full amount left, or part of it"), missing=_l("Enter an amount")
    )
    reason = LinesField(
        _l("Reason"),
        description=_l("For your records; it can be erased. The donor is told about the refund but not the reason."),
        missing=_l("Enter a reason for the refund"),
        longest=500,
    )

    # What was left when the page was shown, in minor units: a button pressed twice gives money back once.
    shown = HiddenField()

    def __init__(self, left: Money, **values: Any) -> None:
        """`left` is what may be given back."""
        super().__init__(**values)
        self._left = left

    def only_so_much_is_left(self, left: Money) -> None:
        """Say beside the amount what may still be given back."""
        self.wrong(self.amount, _("You can refund up to %(amount)s of this gift", amount=written(left)))

    def wanted(self) -> Money | None:
        """The amount of a form that is otherwise valid, or nothing, with a message beside it."""
        amount = self.amount.read(self._left.currency)
        if amount is not None and amount.minor % step(amount.currency):
            self.wrong(self.amount, too_fine(amount.currency))
            return None
        if amount is not None and amount > self._left:
            self.only_so_much_is_left(self._left)
            return None
        return amount


class GivenBackSince(DomainError):
    """Some of the gift was given back after the page was shown: perhaps by this very form, sent twice."""


@bp.get("/<reference>")
@allow(reads={TREASURER}, fresh=True)
def new(reference: str) -> ResponseReturnValue:
    """How much, and why."""
    gift = _gift(reference)
    left = refunds.left(gift)
    return _form(gift, RefundForm(left, formdata=None))


def _whether_it_goes_back(reference: str) -> Question | None:
    gift = _gift(reference)
    form = RefundForm(refunds.left(gift))
    amount = form.wanted() if form.validate() and not disputes.withdrawn(gift.charge_id) else None
    if amount is None:
        return None
    return Question(
        _("Refund %(amount)s to %(name)s?", amount=written(amount), name=gift.name or _("someone")),
        _(
            "%(amount)s of %(whole)s will be refunded the way it was paid. A refund cannot be undone.",
            amount=written(amount),
            whole=written(gift.amount),
        ),
        _("Refund the gift"),
        url_for("office.donations.show", reference=reference),
    )


@bp.post("/<reference>")
@allow(reads=(), changes={TREASURER}, fresh=True)
@asks_once(_whether_it_goes_back)
def create(reference: str) -> ResponseReturnValue:
    """Write the refund down, commit, then ask Stripe; and say what came of it."""
    gift = _gift(reference)
    form = RefundForm(refunds.left(gift))
    amount = form.wanted() if form.validate() else None
    if amount is None:
        return _form(gift, form), 422
    try:
        with writing():
            asked = refunds.ask(gift, amount, by=trail.at_work().by, reason=form.reason.data)
            # The gift is locked now: nobody else has given any of it back since the page was shown.
            if (refunds.left(gift) + amount).minor != _number(form.shown.data):
                raise GivenBackSince
            row_id = asked.id
            record("donation.refunded", Subject("donation", reference), after={"amount": written(amount)})
    except GivenBackSince:
        form.only_so_much_is_left(refunds.left(_gift(reference)))
        return _form(_gift(reference), form), 409
    except refunds.Disputed:
        form.wrong(form.amount, _("The donor’s bank disputes this payment. Answer the dispute or accept it at Stripe"))
        return _form(_gift(reference), form), 409
    except DomainError as refusal:
        form.wrong(form.amount, _("Nothing was refunded: %(why)s", why=str(refusal)))
        return _form(_gift(reference), form), 422
    services().ask_for_refund(row_id)
    _say(row_id)
    return redirect(url_for("office.donations.show", reference=reference), code=303)


def _gift(reference: str) -> Donation:
    """A gift that can be given back to a card, if this person may see it."""
    gift = access.or_404(find_gift(reference))
    if gift.state != RECEIVED or gift.method != CARD:
        abort(404)
    return gift


def _form(gift: Donation, form: RefundForm) -> str:
    left = refunds.left(gift)
    form.shown.data = str(left.minor)
    disputed = disputes.withdrawn(gift.charge_id)
    return render_template("office/gifts/refund.html", gift=gift, left=left, form=form, disputed=disputed)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None


def _say(row_id: int) -> None:
    """Say what became of a refund."""
    db.session.rollback()
    made = db.session.get_one(DonationRefund, row_id, populate_existing=True)
    amount = written(made.amount)
    if made.state == REFUSED and disputes.of_charge(made.charge_id):
        notices.failed(
            _(
                "Stripe refused to refund %(amount)s because the donor’s bank disputes the payment. "
                "Answer the dispute or accept it at Stripe. Do not pay the donor by bank, or they will "
                "get the money twice.",
                amount=amount,
            )
        )
    elif made.state == REFUSED:
        notices.failed(_("Stripe refused to refund %(amount)s. Nothing was refunded.", amount=amount))
    elif made.state in CAME_TO_NOTHING:
        notices.failed(_("The refund of %(amount)s failed at Stripe. Nothing was refunded.", amount=amount))
    elif made.state == ASKED:
        notices.failed(
            _(
                "Stripe cannot be reached at the moment. We will keep trying to refund %(amount)s; "
                "you do not need to do anything.",
                amount=amount,
            )
        )
    else:
        notices.done(_("%(amount)s is being refunded. The donor will be told by email.", amount=amount))
