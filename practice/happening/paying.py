"""Taking a payment: a test card is tried on an open session, and pays, is declined, or asks for 3-D Secure.

One try of a card on a payment intent: it pays, or its bank says no. Either way it leaves a charge.

Capture: a moment after a charge was paid, its fee becomes known and its money is on the balance.
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

from practice import simulated_time, store
from practice.happening import debiting
from practice.objects import charges, customers, disputes, intents, shapes, subscriptions, transactions
from practice.objects.bank_accounts import BankAccount
from practice.objects.cards import CARDS, Card
from practice.objects.intents import Means, Payer
from practice.webhooks.events import BY_ITSELF, Cause, emit


def pay(
    db: sqlite3.Connection, intent: dict[str, Any], method: dict[str, Any], card: Card, payer: Payer, cause: Cause
) -> dict[str, Any]:
    """The bank gave the money; the intent as it is then. The fee is not known yet: the charge is captured soon."""
    charge = charges.made(intent, method, card, payer)
    store.keep(db, charge, {"card": card.number}, due_at=simulated_time.soon())
    paid = {
        **intent,
        "status": "succeeded",
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": method["id"],
    }
    store.keep(db, paid)
    emit(db, "charge.succeeded", charge, cause)
    emit(db, "payment_intent.succeeded", paid, cause)
    return paid


def decline(
    db: sqlite3.Connection, intent: dict[str, Any], method: dict[str, Any], card: Card, payer: Payer, cause: Cause
) -> dict[str, Any]:
    """The bank gave nothing; the intent as it is then waits for another card."""
    charge = charges.made(intent, method, card, payer)
    store.keep(db, charge, {"card": card.number})
    unpaid = {
        **intent,
        "status": "requires_payment_method",
        "last_payment_error": charges.error(charge, method, card),
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": None,
    }
    store.keep(db, unpaid)
    emit(db, "charge.failed", charge, cause)
    emit(db, "payment_intent.payment_failed", unpaid, cause)
    return unpaid


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it went: `paid` names the event that tells of it last, `declined` says why in the bank's words.

    Neither of the two: the payer's bank first wants to be asked (3-D Secure).
    """

    paid: str = ""
    declined: str = ""


def debit(db: sqlite3.Connection, stored: store.Stored, account: BankAccount, payer: Payer, cause: Cause) -> Outcome:
    """Debit `account` for the open session `stored`: it is complete, and paid when the money has come."""
    intent = _intent(db, stored, cause)
    return _pay(db, stored, intent, intents.method(db, account, payer), (account, payer), cause)


def try_card(db: sqlite3.Connection, stored: store.Stored, card: Card, payer: Payer, cause: Cause) -> Outcome:
    """Try `card` on the open session `stored`."""
    intent = _intent(db, stored, cause)
    method = intents.method(db, card, payer)
    if card.challenge:
        action = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
        intent |= {"status": "requires_action", "payment_method": method["id"], "next_action": action}
        store.keep(db, intent)
        challenge = {"card": card.number, "method": method, "payer": payer.as_dict()}
        _keep(db, stored, {"intent_id": intent["id"], "challenge": challenge})
        emit(db, "payment_intent.requires_action", intent, cause)
        return Outcome()
    if card.code is not None:
        decline(db, intent, method, card, payer, cause)
        _keep(db, stored, {"intent_id": intent["id"]})
        return Outcome(declined=card.message)
    return _pay(db, stored, intent, method, (card, payer), cause)


def challenged(stored: store.Stored) -> bool:
    """Whether this session waits for the payer's bank to be asked."""
    return "challenge" in stored.private


def authenticate(db: sqlite3.Connection, stored: store.Stored, cause: Cause) -> Outcome:
    """The payer proved to the bank who they are: the card that asked for it now pays."""
    asked = stored.private["challenge"]
    intent = _intent(db, stored, cause)
    tried = (CARDS[asked["card"]], Payer(**asked["payer"]))
    return _pay(db, stored, intent, asked["method"], tried, cause)


def not_authenticated(db: sqlite3.Connection, stored: store.Stored) -> Outcome:
    """The payer did not prove it: the session is open for another card. Like the peer, this tells no event."""
    _keep(db, stored, {"intent_id": stored.private["intent_id"]})
    return Outcome(
        declined="We are unable to authenticate your payment method. "
        "Please choose a different payment method and try again."
    )


def _intent(db: sqlite3.Connection, stored: store.Stored, cause: Cause) -> dict[str, Any]:
    """The session's PaymentIntent: the one of an earlier try, or a new one."""
    earlier = store.find(db, "payment_intent", stored.private.get("intent_id", ""))
    return earlier.body if earlier else intents.begin(db, stored.body, stored.private["intent"], cause)


def _keep(db: sqlite3.Connection, stored: store.Stored, news: dict[str, Any]) -> None:
    """Keep the session, still open, with what Practice Stripe alone knows of the last try."""
    private = {name: value for name, value in stored.private.items() if name not in ("intent_id", "challenge")}
    store.keep(db, stored.body, {**private, **news}, due_at=stored.body["expires_at"])


def _pay(
    db: sqlite3.Connection,
    stored: store.Stored,
    intent: dict[str, Any],
    method: dict[str, Any],
    tried: tuple[Means, Payer],
    cause: Cause,
) -> Outcome:
    """The bank gave the money, or will give it: the session is complete, with the subscription that it began, if it was
    for one."""
    means, payer = tried
    customer = stored.body["customer"]
    if customer is None and stored.body["customer_creation"] == "always":
        customer = customers.of_payer(db, payer, cause)["id"]
    intent = {**intent, "customer": customer}
    if stored.body["mode"] == "subscription":
        begun = subscriptions.begin(db, stored, customer, intent, (method, means, payer), cause)
        result = dict(zip(("subscription", "invoice"), begun, strict=True))
    elif isinstance(means, BankAccount):
        result = {"payment_intent": debiting.ask(db, intent, method, means, payer, cause)["id"]}
    else:
        result = {"payment_intent": pay(db, intent, method, means, payer, cause)["id"]}
    session = {
        **stored.body,
        **result,
        "customer": customer,
        "customer_details": shapes.payer(payer.email, payer.name, payer.postcode or None),
        "payment_status": "unpaid" if isinstance(means, BankAccount) else "paid",
        "status": "complete",
        "url": None,
    }
    store.keep(db, session, {"items": stored.private["items"]})
    return Outcome(paid=emit(db, "checkout.session.completed", session, cause))


def fee(amount: int) -> int:
    """Stripe's charity price for a UK card, in minor units: 1.2 % rounded half up, and 20; £25 costs 50p."""
    return (amount * 12 + 500) // 1000 + 20


def capture(db: sqlite3.Connection, charge: dict[str, Any]) -> dict[str, Any]:
    """Write the balance transaction of a paid charge, tell it with `charge.updated`, and return the charge.

    Capture is asynchronous at Stripe: until then the charge has no balance transaction
    (docs.stripe.com/payments/payment-intents/asynchronous-capture). Cards that are made to be disputed are disputed
    right afterwards. A charge that has its transaction already is returned as it is.
    """
    if charge["balance_transaction"] or not charge["paid"]:
        return charge
    means = _means(db, charge)
    debited = isinstance(means, BankAccount)
    transaction = transactions.book(
        db,
        charge,
        "payment" if debited else "charge",
        charge["amount"],
        category="charge",
        description=charge["description"],
        fee=means.fee(charge["amount"]) if isinstance(means, BankAccount) else fee(charge["amount"]),
        fee_for="Stripe processing fees",
    )
    settled = {**charge, "balance_transaction": transaction["id"]}
    store.keep(db, settled)
    emit(db, "charge.updated", settled, BY_ITSELF, previous={"balance_transaction": None})
    return disputes.as_the_test_wants(db, settled, means)


def _means(db: sqlite3.Connection, charge: dict[str, Any]) -> Means | None:
    """The test card or account that the charge was made with."""
    stored = store.find(db, "charge", charge["id"])
    return intents.MEANS.get(stored.private.get("card", "")) if stored else None
