"""The payment page: Stripe's hosted page as a practice page, which says at every step that no money moves."""

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.money import Money, written
from practice.api import answering
from practice.api.refusals import Refused
from practice.happening import paying
from practice.happening.paying import Outcome
from practice.objects import bank_accounts, cards, sessions
from practice.pages import card_form
from practice.pages.card_form import CardForm
from practice.pages.debit_form import DebitForm
from practice.store import Stored

page = Blueprint("page", __name__, url_prefix="/c/pay")

# Stripe's page waits for the webhook before it sends the payer back (docs.stripe.com/checkout/fulfillment), so that
# the thank-you page is usually already right; it never fails because of it.
_PATIENCE = 2.0


@page.errorhandler(Refused)
def no_such_session(_refused: Refused) -> ResponseReturnValue:
    """A payment page that never was."""
    return render_template("error.html", status=404), 404


@page.get("/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """Practice Stripe as this session stands: the form, the question of the payer's bank, or that it is over."""
    stored = _session(reference)
    if stored.body["status"] != "open":
        return _closed(stored)
    if paying.challenged(stored):
        return _render(stored, "challenge")
    known = {"email": stored.body["customer_email"]}
    kind = _debit(stored)
    if request.args.get("by") == "debit" and kind:
        return _form(stored, DebitForm(kind, data=known))
    return _form(stored, CardForm(data=known))


@page.post("/<reference>")
def submit(reference: str) -> ResponseReturnValue:
    """A card or an account was typed, or the bank's question answered (`do`: pay, authenticate, fail)."""
    stored = _session(reference)
    if stored.body["status"] != "open":
        return _closed(stored)
    kind = _debit(stored)
    form = DebitForm(kind, request.form) if kind and request.form.get("by") == "debit" else CardForm(request.form)
    pays = request.form.get("do") == "pay"
    if pays and not form.validate():
        return _form(stored, form), 422
    outcome = _try(reference, form if pays else None)
    answering.rounds().wake()
    if outcome is None:
        return redirect(request.path, code=303)
    if outcome.paid:
        answering.rounds().wait_until_delivered(outcome.paid, _PATIENCE)
        return redirect(_landing(stored), code=303)
    if outcome.declined:
        again = form if pays else CardForm(data=stored.private.get("challenge", {}).get("payer"))
        return _form(stored, again, declined=outcome.declined), 422
    return redirect(request.path, code=303)


def _try(reference: str, form: CardForm | DebitForm | None) -> Outcome | None:
    """Try the form's card, debit its account, or without a form take the answer to 3-D Secure; none when nothing was
    left to try."""
    cause = answering.by_hand()
    with answering.database().open() as db:
        stored = sessions.present(db, reference)
        if stored.body["status"] != "open":
            return None
        if isinstance(form, DebitForm):
            account = form.account()
            return paying.debit(db, stored, account, form.payer(), cause) if account else abort(422)
        if form is not None:
            card = cards.known(form.number.data or "")
            if card is None:
                abort(422)
            return paying.try_card(db, stored, card, form.payer(), cause)
        if not paying.challenged(stored):
            return None
        if request.form.get("do") == "authenticate":
            return paying.authenticate(db, stored, cause)
        return paying.not_authenticated(db, stored)


def _session(reference: str) -> Stored:
    with answering.database().open() as db:
        return sessions.present(db, reference)


def _landing(stored: Stored) -> str:
    """Where the payer goes after paying."""
    return str(stored.body["success_url"]).replace("{CHECKOUT_SESSION_ID}", stored.body["id"])


def _debit(stored: Stored) -> str | None:
    """Stripe's word for the debit that is offered beside cards, if one is."""
    return bank_accounts.DEBITS.get(stored.body["currency"])


def _form(stored: Stored, form: CardForm | DebitForm, declined: str = "") -> Response:
    """The form; after a decline with the bank's words, everything but the card's secrets still filled in."""
    kind = _debit(stored)
    return _render(
        stored,
        "checkout",
        form=form,
        declined=declined,
        debit=kind,
        debits=isinstance(form, DebitForm),
        accounts=bank_accounts.of(kind or ""),
    )


def _closed(stored: Stored) -> Response:
    return _render(stored, "closed", landing=_landing(stored))


def _render(stored: Stored, name: str, **more: object) -> Response:
    """One of the pages of a session."""
    amount = Money(stored.body["amount_total"], stored.body["currency"])
    items = [(item, written(Money(item["amount_total"], item["currency"]))) for item in stored.private["items"]]
    return card_form.render(
        name,
        stored.body["success_url"],
        session=stored.body,
        monthly=stored.body["mode"] == "subscription",
        items=items,
        reference=stored.body["client_reference_id"],
        amount=written(amount, short=True),
        total=written(amount),
        **more,
    )
