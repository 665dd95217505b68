"""The page of an invoice: what it is for, and a form to pay it with while it is open."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from flask.typing import ResponseReturnValue

from app.money import Money, written
from practice import store
from practice.api import answering
from practice.happening import collecting
from practice.objects import cards, intents
from practice.pages import card_form
from practice.pages.card_form import CardForm

hosted_invoice = Blueprint("hosted_invoice", __name__, url_prefix="/i")


@hosted_invoice.get("/<reference>")
def show(reference: str) -> ResponseReturnValue:
    """The invoice as it is now."""
    invoice = _invoice(reference)
    return _render(invoice, CardForm(data={"email": invoice["customer_email"], "name": invoice["customer_name"]}))


@hosted_invoice.post("/<reference>")
def pay(reference: str) -> ResponseReturnValue:
    """A card was typed: it pays this invoice, and is kept for nothing else."""
    form = CardForm(request.form)
    if not form.validate():
        return _render(_invoice(reference), form), 422
    card = cards.known(form.number.data or "")
    if card is None:
        abort(422)
    with answering.database().open() as db:
        stored = store.find(db, "invoice", reference)
        if stored and stored.body["status"] == "open":
            method = intents.method(db, card, form.payer())
            collecting.collect(db, stored.body, answering.by_hand(), method["id"])
    answering.rounds().wake()
    invoice = _invoice(reference)
    if invoice["status"] == "open":
        return _render(invoice, form, declined=card.message), 422
    return redirect(request.path, code=303)


def _invoice(reference: str) -> dict[str, Any]:
    """The invoice, once it is numbered; a draft has no page."""
    with answering.database().open() as db:
        stored = store.find(db, "invoice", reference)
    if stored is None or stored.body["number"] is None:
        abort(404)
    return stored.body


def _render(invoice: dict[str, Any], form: CardForm, declined: str = "") -> Response:
    amount = Money(invoice["amount_due"], invoice["currency"])
    lines = [(line, written(Money(line["amount"], line["currency"]))) for line in invoice["lines"]["data"]]
    return card_form.render(
        "invoice",
        None,
        invoice=invoice,
        form=form,
        declined=declined,
        items=lines,
        amount=written(amount, short=True),
        total=written(amount),
        reference=invoice["number"],
    )
