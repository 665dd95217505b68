"""Taking a payment: a test card is tried on an open session, and pays, is declined, or asks for 3-D Secure."""

import sqlite3
from dataclasses import dataclass
from typing import Any

from app.practice import charges, drawer, hours, intents, shapes
from app.practice.cards import CARDS, Card
from app.practice.events import Cause, emit
from app.practice.intents import Payer


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went: `paid` names the `checkout.session.completed` event, `declined` says why in the bank's words.

    Neither of the two: the payer's bank first wants to be asked (3-D Secure).
    """

    paid: str = ""
    declined: str = ""


def try_card(
    db: sqlite3.Connection, kept: drawer.Kept, card: Card, payer: Payer, *, cause: Cause, settles_after: float
) -> Outcome:
    """Try `card` on the open session `kept`; `settles_after` is how many seconds later its fee becomes known."""
    intent = _intent(db, kept, cause)
    method = intents.method(db, card, payer)
    if card.challenge:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        intent |= {"status": "requires_action", "payment_method": method["id"], "next_action": action}
        drawer.keep(db, intent)
        challenge = {"card": card.number, "method": method, "payer": payer.as_dict()}
        _keep(db, kept, {"intent_id": intent["id"], "challenge": challenge})
        emit(db, "payment_intent.requires_action", intent, cause)
        return Outcome()
    if card.code is not None:
        charge = charges.made(intent, method, card, payer)
        drawer.keep(db, charge, {"card": card.number})
        intent |= {
            "status": "requires_payment_method",
            "last_payment_error": charges.error(charge, method, card),
            "latest_charge": charge["id"],
            "next_action": None,
            "payment_method": None,
        }
        drawer.keep(db, intent)
        _keep(db, kept, {"intent_id": intent["id"]})
        emit(db, "charge.failed", charge, cause)
        emit(db, "payment_intent.payment_failed", intent, cause)
        return Outcome(declined=card.message)
    return _pay(db, kept, intent, method, (card, payer), cause=cause, settles_after=settles_after)


def challenged(kept: drawer.Kept) -> bool:
    """Whether this session waits for the payer's bank to be asked."""
    return "challenge" in kept.private


def authenticate(db: sqlite3.Connection, kept: drawer.Kept, *, cause: Cause, settles_after: float) -> Outcome:
    """The payer proved to the bank who they are: the card that asked for it now pays."""
    asked = kept.private["challenge"]
    intent = _intent(db, kept, cause)
    tried = (CARDS[asked["card"]], Payer(**asked["payer"]))
    return _pay(db, kept, intent, asked["method"], tried, cause=cause, settles_after=settles_after)


def not_authenticated(db: sqlite3.Connection, kept: drawer.Kept) -> Outcome:
    """The payer did not prove it: the session is open for another card. Like the peer, this tells no event."""
    _keep(db, kept, {"intent_id": kept.private["intent_id"]})
    return Outcome(
        declined="We are unable to authenticate your payment method. "
        "Please choose a different payment method and try again."
    )


def _intent(db: sqlite3.Connection, kept: drawer.Kept, cause: Cause) -> dict[str, Any]:
    """The session's PaymentIntent: the one of an earlier try, or a new one."""
    earlier = drawer.find(db, "payment_intent", kept.private.get("intent_id", ""))
    return earlier.body if earlier else intents.begin(db, kept.body, kept.private["intent"], cause)


def _keep(db: sqlite3.Connection, kept: drawer.Kept, news: dict[str, Any]) -> None:
    """Keep the session, still open, with what the till alone knows of the last try."""
    private = {"items": kept.private["items"], "intent": kept.private["intent"], **news}
    drawer.keep(db, kept.body, private, due_at=kept.body["expires_at"])


def _pay(
    db: sqlite3.Connection,
    kept: drawer.Kept,
    intent: dict[str, Any],
    method: dict[str, Any],
    tried: tuple[Card, Payer],
    *,
    cause: Cause,
    settles_after: float,
) -> Outcome:
    """The bank gave the money. The fee is not known yet: the charge falls due for settling a moment later."""
    card, payer = tried
    charge = charges.made(intent, method, card, payer)
    drawer.keep(db, charge, {"card": card.number}, due_at=hours.instant() + settles_after)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
    }
    drawer.keep(db, intent)
    session = {
        **kept.body,
        "customer_details": shapes.payer(payer.email, payer.name, payer.postcode or None),
        "payment_intent": intent["id"],
        "payment_status": "paid",
        "status": "complete",
        "url": None,
    }
    drawer.keep(db, session, {"items": kept.private["items"]})
    emit(db, "charge.succeeded", charge, cause)
    emit(db, "payment_intent.succeeded", intent, cause)
    return Outcome(paid=emit(db, "checkout.session.completed", session, cause))
