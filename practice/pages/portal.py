"""The portal's page: a customer gives another card, and goes back to where they came from."""

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from practice.api import answering
from practice.api.refusals import Refused
from practice.objects import cards, customers, portal
from practice.pages import card_form
from practice.pages.card_form import CardForm

portal_page = Blueprint("portal_page", __name__, url_prefix="/p/session")

# As on the payment page: the way back is taken when the webhook knows, or after this many seconds.
_PATIENCE = 2.0


@portal_page.errorhandler(Refused)
def no_such_session(_refused: Refused) -> ResponseReturnValue:
    """A portal that never was."""
    return render_template("error.html", status=404), 404


@portal_page.get("/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """The form for another card, or that there is nothing more to do."""
    with answering.database().open() as db:
        session = portal.present(db, reference)
        if session is None:
            return render_template("portal_done.html")
        customer = customers.present(db, session["customer"])
    form = CardForm(data={"email": customer["email"], "name": customer["name"]})
    return card_form.render("portal", portal.landing(session), session=session, form=form, declined="")


@portal_page.post("/<reference>")
def submit(reference: str) -> ResponseReturnValue:
    """A card was typed: it is kept, unless its bank says no."""
    form = CardForm(request.form)
    event, declined = "", ""
    with answering.database().open() as db:
        session = portal.present(db, reference)
        if session is None:
            return render_template("portal_done.html")
        card = cards.known(form.number.data or "") if form.validate() else None
        if card and card.code and not card.attaches:
            declined = card.message
        elif card:
            event = portal.take_card(db, session, card, form.payer(), answering.by_hand())
    landing = portal.landing(session)
    if not event:
        return card_form.render("portal", landing, session=session, form=form, declined=declined), 422
    answering.rounds().wait_until_delivered(event, _PATIENCE)
    return redirect(landing, code=303) if landing else render_template("portal_done.html")
