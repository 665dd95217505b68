"""The payment page: Stripe's hosted page as a practice till, which says at every step that no money moves."""

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app.money import Money, written
from practice.api import answering
from practice.api.refusals import Refused
from practice.happening import paying
from practice.happening.paying import Outcome
from practice.objects import cards, sessions
from practice.pages import card_form
from practice.pages.card_form import CardForm
from practice.store import Kept

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
    """The till as this session stands: the form, the question of the payer's bank, or that it is over."""
    kept = _session(reference)
    if kept.body["status"] != "open":
        return _closed(kept)
    if paying.challenged(kept):
        return _render(kept, "challenge")
    return _form(kept, CardForm(data={"email": kept.body["customer_email"]}))


@page.post("/<reference>")
def submit(reference: str) -> ResponseReturnValue:
    """A card was typed, or the bank's question answered (`do`: pay, authenticate, fail)."""
    kept = _session(reference)
    if kept.body["status"] != "open":
        return _closed(kept)
    form = CardForm(request.form)
    pays = request.form.get("do") == "pay"
    if pays and not form.validate():
        return _form(kept, form), 422
    outcome = _try(reference, form if pays else None)
    answering.rounds().wake()
    if outcome is None:
        return redirect(request.path, code=303)
    if outcome.paid:
        answering.rounds().wait_until_delivered(outcome.paid, _PATIENCE)
        return redirect(_landing(kept), code=303)
    if outcome.declined:
        again = form if pays else CardForm(data=kept.private.get("challenge", {}).get("payer"))
        return _form(kept, again, declined=outcome.declined), 422
    return redirect(request.path, code=303)


def _try(reference: str, form: CardForm | None) -> Outcome | None:
    """Try the form's card, or without one take the answer to 3-D Secure; none when nothing was left to try."""
    cause = answering.by_hand()
    with answering.box().open() as db:
        kept = sessions.present(db, reference)
        if kept.body["status"] != "open":
            return None
        if form is not None:
            card = cards.known(form.number.data or "")
            if card is None:
                abort(422)
            return paying.try_card(db, kept, card, form.payer(), cause)
        if not paying.challenged(kept):
            return None
        if request.form.get("do") == "authenticate":
            return paying.authenticate(db, kept, cause)
        return paying.not_authenticated(db, kept)


def _session(reference: str) -> Kept:
    with answering.box().open() as db:
        return sessions.present(db, reference)


def _landing(kept: Kept) -> str:
    """Where the payer goes after paying."""
    return str(kept.body["success_url"]).replace("{CHECKOUT_SESSION_ID}", kept.body["id"])


def _form(kept: Kept, form: CardForm, declined: str = "") -> Response:
    """The form; after a decline with the bank's words, everything but the card's secrets still filled in."""
    return _render(kept, "checkout", form=form, declined=declined)


def _closed(kept: Kept) -> Response:
    return _render(kept, "closed", landing=_landing(kept))


def _render(kept: Kept, name: str, **more: object) -> Response:
    """One of the pages of a session."""
    amount = Money(kept.body["amount_total"], kept.body["currency"])
    items = [(item, written(Money(item["amount_total"], item["currency"]))) for item in kept.private["items"]]
    return card_form.render(
        name,
        kept.body["success_url"],
        session=kept.body,
        monthly=kept.body["mode"] == "subscription",
        items=items,
        reference=kept.body["client_reference_id"],
        amount=written(amount, short=True),
        total=written(amount),
        **more,
    )
