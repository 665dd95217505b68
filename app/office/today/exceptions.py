"""Exceptions: everything that the books cannot settle by themselves, each with what to do about it, here.

The forms of exceptions: why one may stand as it is, and where something that Stripe moved belongs.
"""

from itertools import groupby
from operator import attrgetter
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField
from wtforms.validators import DataRequired, Length

from app.audit import acknowledging, trail
from app.audit.trail import record
from app.database import writing
from app.donations.donation import names_of
from app.ledger import accounts, by_hand
from app.money import Money
from app.office.access import AUDITOR, TREASURER, allow
from app.office.at_stripe import at_stripe
from app.office.books.words import kind_name
from app.office.content import authors
from app.office.today import exception_words
from app.payments import inbox, objects
from app.reconciliation import suspense
from app.reconciliation.exceptions import acknowledged, finding
from app.reconciliation.exceptions.exception import BookException
from app.services import services
from app.subject import Subject
from app.web import notices
from app.web.fields import CleanedForm, LinesField

_LONGEST = 1000


class WithdrawForm(CleanedForm):
    """Which exception is to need somebody again."""

    kind = HiddenField(validators=[DataRequired(), Length(max=40)])
    reference = HiddenField(validators=[DataRequired(), Length(max=120)])


class AcknowledgeForm(WithdrawForm):
    """Which exception may stand, as it was seen, and why."""

    seen = HiddenField()
    reason = LinesField(_l("Reason for accepting it"), missing=_l("Enter a reason for accepting it"), longest=_LONGEST)


class ExplainForm(CleanedForm):
    """The account where something belongs that Stripe moved, and how that is known."""

    account = SelectField(
        _l("Account it belongs to"), validate_choice=False, validators=[DataRequired(_l("Select an account"))]
    )
    reason = LinesField(
        _l("How you found out"),
        description=_l("For anyone checking the books. It is stored separately and can be erased."),
        missing=_l("Enter how you found out"),
        longest=_LONGEST,
    )

    def __init__(self, currency: str, **values: Any) -> None:
        """Offer the accounts of the books in a currency, by kind; what Stripe holds explains nothing."""
        super().__init__(**values)
        offered = {
            code: found
            for code, found in by_hand.choices(currency).items()
            if code.endswith(currency) and not code.startswith(("assets:stripe", "suspense:stripe"))
        }
        self._offered = set(offered)
        groups: dict[str, list[tuple[str, str]]] = {"": [("", _("Select an account"))]}
        for kind in accounts.KINDS:
            mine = [(code, name) for code, (its_kind, name) in offered.items() if its_kind == kind]
            if mine:
                groups[kind_name(kind)] = mine
        self.account.choices = groups

    def validate_account(self, field: SelectField) -> None:
        """Take an account that was offered."""
        if field.data and field.data not in self._offered:
            self.wrong(field, _("Select an account"))


bp = Blueprint("exceptions", __name__, url_prefix="/exceptions")

# As many of each kind as `exceptions.find` names.
_MOST = 500


@bp.get("/")
@allow(reads={TREASURER, AUDITOR})
def index() -> ResponseReturnValue:
    """All of them, by kind; the books and Stripe are compared as a whole, which takes a moment."""
    return _page()


@bp.post("/acknowledged")
@allow(reads=(), changes={TREASURER})
def acknowledge() -> ResponseReturnValue:
    """Let one stand as it is, for a reason."""
    form = AcknowledgeForm()
    if not form.validate():
        return _page(form), 422
    found = _still(form.kind.data, form.reference.data)
    # What is acknowledged is what was seen: a page that was open while the facts changed shows the new ones first.
    if found is None or acknowledging.digest(acknowledged.facts_of(found)) != form.seen.data:
        notices.failed(_("This has changed since you opened the page. Check it and try again."))
        return redirect(url_for(".index"), code=303)
    with writing():
        acknowledged.let_stand(found, reason=form.reason.data, by=trail.at_work().by)
        said = {"kind": found.kind, "what": found.what, "reason": form.reason.data}
        record("exception.acknowledged", _subject(found), after=said)
    notices.done(_("Exception accepted. It will be listed again if it changes."))
    return redirect(url_for(".index"), code=303)


@bp.post("/withdrawn")
@allow(reads=(), changes={TREASURER})
def withdraw() -> ResponseReturnValue:
    """Let one need somebody again."""
    form = WithdrawForm()
    if not form.validate():
        return _page(), 422
    found = _still(form.kind.data, form.reference.data)
    with writing():
        acknowledging.withdraw(form.kind.data, form.reference.data)
        subject = _subject(found) if found else Subject("exception", form.reference.data)
        record("exception.withdrawn", subject, after={"kind": form.kind.data})
    return redirect(url_for(".index"), code=303)


@bp.post("/catch-up")
@allow(reads=(), changes={TREASURER})
def catch_up() -> ResponseReturnValue:
    """Have the worker compare all that Stripe still lists with the books, and take in what is missing."""
    with writing():
        services().ask_to_catch_up()
        record("stripe.catch_up_asked", Subject("stripe", "account"))
    notices.done(
        _(
            "Fetching anything from the last 30 days that is missing from the books. This takes a few "
            "minutes; check this page again then."
        )
    )
    return redirect(url_for(".index"), code=303)


@bp.post("/events/<event_id>")
@allow(reads=(), changes={TREASURER})
def replay(event_id: str) -> ResponseReturnValue:
    """Have the worker apply one of Stripe's events again, at once; what is in the books already posts nothing twice."""
    try:
        with writing():
            inbox.apply_again(event_id)
            record("stripe.event_replayed", Subject("event", event_id))
    except inbox.NotThere:
        abort(404)
    except inbox.EventErased:
        notices.failed(_("This message was erased together with the donor it was about."))
    else:
        notices.done(_("Trying again now. If it fails, it will be listed here with the reason."))
    return redirect(url_for(".index"), code=303)


@bp.get("/movements/<txn_id>")
@allow(reads={TREASURER}, fresh=True)
def movement(txn_id: str) -> ResponseReturnValue:
    """What one movement at Stripe was, and the form that says where it belongs."""
    return _movement(txn_id, ExplainForm(_in_suspense(txn_id).currency, formdata=None))


@bp.post("/movements/<txn_id>")
@allow(reads=(), changes={TREASURER}, fresh=True)
def explain(txn_id: str) -> ResponseReturnValue:
    """Move what Stripe moved for an unknown reason out of suspense to where it belongs."""
    form = ExplainForm(_in_suspense(txn_id).currency)
    if not form.validate():
        return _movement(txn_id, form), 422
    try:
        with writing():
            entry_id, _amount = suspense.explain(
                txn_id, form.account.data, by=trail.at_work().by, reason=form.reason.data
            )
    except suspense.NoSuchAccount:
        form.wrong(form.account, _("Select a different account: this movement is already on that one"))
        return _movement(txn_id, form), 422
    except suspense.NothingToExplain:
        notices.failed(_("Someone else has already explained this movement."))
        return redirect(url_for(".index"), code=303)
    notices.done(_("Movement explained and moved to the account you selected."))
    return redirect(url_for("office.entries.show", number=entry_id), code=303)


def _still(kind: str, reference: str) -> BookException | None:
    """An exception as it is now, if it is still one."""
    same = (each for each in finding.find() if (each.kind, each.reference) == (kind, reference))
    return next(same, None)


def _subject(found: BookException) -> str:
    return Subject("donation", found.gift) if found.gift else Subject("exception", found.reference)


def _in_suspense(txn_id: str) -> Money:
    """What of a movement waits to be explained; 404 when nothing does."""
    amount = suspense.waiting(txn_id)
    return amount if amount is not None else abort(404)


def _movement(txn_id: str, form: ExplainForm) -> str:
    row = objects.find_transaction(txn_id)
    if row is None:
        abort(404)
    return render_template("office/exceptions/movement.html", row=row, amount=_in_suspense(txn_id), form=form)


def _page(form: AcknowledgeForm | None = None) -> str:
    waiting, stand = acknowledged.apart(finding.find())
    waiting.sort(key=attrgetter("kind"))
    kinds = [
        (kind, exception_words.title(kind), exception_words.advice(kind), list(them))
        for kind, them in groupby(waiting, key=attrgetter("kind"))
    ]
    gifts = {each.gift for each in waiting} | {each.found.gift for each in stand}
    return render_template(
        "office/exceptions/index.html",
        kinds=kinds,
        suspended={txn_id for txn_id, _amount in suspense.in_suspense(_MOST)},
        acknowledged=stand,
        title_of=exception_words.title,
        names=names_of(gifts),
        people=authors.names([each.word.made_by for each in stand]),
        address_of=_address,
        at_stripe=lambda found: at_stripe(found.stripe_id) if found.stripe_id else None,
        seen=lambda found: acknowledging.digest(acknowledged.facts_of(found)),
        form=form or AcknowledgeForm(formdata=None),
    )


def _address(found: BookException) -> str | None:
    """Where to look at it."""
    match found.kind:
        case "payout":
            return url_for("office.payouts.show", payout_id=found.reference)
        case "bank line" | "unidentified money":
            return url_for("office.bank.line", line=found.reference)
        case "bank difference":
            return url_for("office.bank.show", account=found.reference)
        case "standing order":
            return url_for("office.standing_orders.index")
        case "announced transfer" | "transfer booked early" | "unbanked gift":
            return url_for("office.gifts_by_hand.show", reference=found.reference)
        case "failed monthly gift" | "plan of an ended appeal":
            return url_for("office.plans.show", reference=found.reference)
        case "unbanked cash":
            return url_for("office.collections.show", reference=found.reference)
        case _:
            return url_for("office.donations.show", reference=found.gift) if found.gift else None
