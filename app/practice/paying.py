"""Taking a payment: a test card is tried on an open session, and pays, is declined, or asks for 3-D Secure."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from app.practice import attempts
from practice import store
from practice.objects import customers, intents, shapes, subscriptions
from practice.objects.cards import CARDS, Card
from practice.objects.intents import Payer
from practice.webhooks.events import Cause, emit


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went: `paid` names the event that tells of it last, `declined` says why in the bank's words.

    Neither of the two: the payer's bank first wants to be asked (3-D Secure).
    """

    paid: str = ""
    declined: str = ""


def try_card(db: sqlite3.Connection, kept: store.Kept, card: Card, payer: Payer, cause: Cause) -> Outcome:
    """Try `card` on the open session `kept`."""
    intent = _intent(db, kept, cause)
    method = intents.method(db, card, payer)
    if card.challenge:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        intent |= {"status": "requires_action", "payment_method": method["id"], "next_action": action}
        store.keep(db, intent)
        challenge = {"card": card.number, "method": method, "payer": payer.as_dict()}
        _keep(db, kept, {"intent_id": intent["id"], "challenge": challenge})
        emit(db, "payment_intent.requires_action", intent, cause)
        return Outcome()
    if card.code is not None:
        attempts.decline(db, intent, method, card, payer, cause)
        _keep(db, kept, {"intent_id": intent["id"]})
        return Outcome(declined=card.message)
    return _pay(db, kept, intent, method, (card, payer), cause)


def challenged(kept: store.Kept) -> bool:
    """Whether this session waits for the payer's bank to be asked."""
    return "challenge" in kept.private


def authenticate(db: sqlite3.Connection, kept: store.Kept, cause: Cause) -> Outcome:
    """The payer proved to the bank who they are: the card that asked for it now pays."""
    asked = kept.private["challenge"]
    intent = _intent(db, kept, cause)
    tried = (CARDS[asked["card"]], Payer(**asked["payer"]))
    return _pay(db, kept, intent, asked["method"], tried, cause)


def not_authenticated(db: sqlite3.Connection, kept: store.Kept) -> Outcome:
    """The payer did not prove it: the session is open for another card. Like the peer, this tells no event."""
    _keep(db, kept, {"intent_id": kept.private["intent_id"]})
    return Outcome(
        declined="We are unable to authenticate your payment method. "
        "Please choose a different payment method and try again."
    )


def _intent(db: sqlite3.Connection, kept: store.Kept, cause: Cause) -> dict[str, Any]:
    """The session's PaymentIntent: the one of an earlier try, or a new one."""
    earlier = store.find(db, "payment_intent", kept.private.get("intent_id", ""))
    return earlier.body if earlier else intents.begin(db, kept.body, kept.private["intent"], cause)


def _keep(db: sqlite3.Connection, kept: store.Kept, news: dict[str, Any]) -> None:
    """Keep the session, still open, with what the till alone knows of the last try."""
    private = {name: value for name, value in kept.private.items() if name not in ("intent_id", "challenge")}
    store.keep(db, kept.body, {**private, **news}, due_at=kept.body["expires_at"])


def _pay(
    db: sqlite3.Connection,
    kept: store.Kept,
    intent: dict[str, Any],
    method: dict[str, Any],
    tried: tuple[Card, Payer],
    cause: Cause,
) -> Outcome:
    """The bank gave the money: the session is complete, with the subscription that it began, if it was for one."""
    card, payer = tried
    customer = kept.body["customer"]
    if customer is None and kept.body["customer_creation"] == "always":
        customer = customers.of_payer(db, payer, cause)["id"]
    intent = {**intent, "customer": customer}
    if kept.body["mode"] == "subscription":
        begun = subscriptions.begin(db, kept, customer, intent, (method, card, payer), cause)
        result = dict(zip(("subscription", "invoice"), begun, strict=True))
    else:
        result = {"payment_intent": attempts.pay(db, intent, method, card, payer, cause)["id"]}
    session = {
        **kept.body,
        **result,
        "customer": customer,
        "customer_details": shapes.payer(payer.email, payer.name, payer.postcode or None),
        "payment_status": "paid",
        "status": "complete",
        "url": None,
    }
    store.keep(db, session, {"items": kept.private["items"]})
    return Outcome(paid=emit(db, "checkout.session.completed", session, cause))
