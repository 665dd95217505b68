"""PaymentIntents and the cards they are tried with."""

import sqlite3
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from practice import simulated_time, store
from practice.api.refusals import no_such
from practice.objects import shapes
from practice.objects.bank_accounts import ACCOUNTS, DEBITS, BankAccount
from practice.objects.cards import CARDS, Card
from practice.webhooks.events import Cause, emit

# What somebody may pay with, by its number.
Means: TypeAlias = Card | BankAccount
MEANS: dict[str, Means] = {**CARDS, **ACCOUNTS}


@dataclass(frozen=True, slots=True)
class Payer:
    """What Practice Stripe's page asked of the person who pays; `year` has four digits."""

    email: str
    name: str
    postcode: str
    month: int = 0
    year: int = 0

    def billing(self) -> dict[str, Any]:
        """Stripe's `billing_details`."""
        place = shapes.place(self.postcode or None)
        return {"address": place, "email": self.email, "name": self.name, "phone": None, "tax_id": None}

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, to keep while the payer's bank is asked."""
        return asdict(self)


def begin(db: sqlite3.Connection, session: dict[str, Any], data: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """The PaymentIntent of a session, made when the first card is tried; `data` is its `payment_intent_data`.

    In place of a session, anything will do that has its `amount_total`, `currency` and `customer`.
    """
    reference = store.mint("pi")
    intent = {
        **shapes.intent(),
        "id": reference,
        "amount": session["amount_total"],
        "client_secret": f"{reference}_secret_{store.mint('x').removeprefix('x_')}",
        "created": simulated_time.now(),
        "currency": session["currency"],
        "customer": session["customer"],
        "description": data.get("description"),
        "metadata": data.get("metadata", {}),
        "payment_method_types": offered(session["currency"]),
    }
    store.keep(db, intent)
    emit(db, "payment_intent.created", intent, cause)
    return intent


def offered(currency: str) -> list[str]:
    """Stripe's words for what can be paid with in a currency, as the Dashboard of this account has it."""
    return ["card", DEBITS[currency]] if currency in DEBITS else ["card"]


def method(db: sqlite3.Connection, means: Means, payer: Payer) -> dict[str, Any]:
    """The PaymentMethod of this card or bank account, used by this payer."""
    made = {
        "id": store.mint("pm"),
        "object": "payment_method",
        "allow_redisplay": "unspecified",
        "billing_details": payer.billing(),
        **_described(means, payer),
        "created": simulated_time.now(),
        "customer": None,
        "customer_account": None,
        "livemode": False,
        "metadata": {},
        "radar_options": None,
    }
    store.keep(db, made, {"card": means.number, "payer": payer.as_dict()})
    return made


def _described(means: Means, payer: Payer) -> dict[str, Any]:
    """A PaymentMethod's type, and what it shows of the card or account."""
    if isinstance(means, BankAccount):
        more = {"generated_from": None} if means.kind == "sepa_debit" else {}
        return {means.kind: {**means.face(), **more}, "type": means.kind}
    card = {
        **_face(means, payer),
        "display_brand": "visa",
        "generated_from": None,
        "networks": {"available": ["visa"], "preferred": None},
        "three_d_secure_usage": {"supported": True},
    }
    return {"card": card, "type": "card"}


def tried(db: sqlite3.Connection, method_id: str) -> tuple[dict[str, Any], Means, Payer]:
    """A stored PaymentMethod, the test card or account that it stands for, and its holder; raises `Refused` when there
    is none."""
    stored = store.find(db, "payment_method", method_id)
    if stored is None:
        raise no_such("PaymentMethod", method_id, param="payment_method", status=400)
    return stored.body, MEANS[stored.private["card"]], Payer(**stored.private["payer"])


def on_charge(card: Card, payer: Payer, amount: int, *, authorised: bool) -> dict[str, Any]:
    """A charge's `payment_method_details`."""
    network = {
        **_face(card, payer),
        "amount_authorized": amount if authorised else None,
        "authorization_code": None,
        "extended_authorization": {"status": "disabled"},
        "incremental_authorization": {"status": "unavailable"},
        "installments": None,
        "mandate": None,
        "multicapture": {"status": "unavailable"},
        "network": "visa",
        "network_token": {"used": False},
        "network_transaction_id": None,
        "overcapture": {"maximum_amount_capturable": amount, "status": "unavailable"},
        "three_d_secure": None,
        "transaction_link_id": None,
    }
    return {"card": network, "type": "card"}


def _face(card: Card, payer: Payer) -> dict[str, Any]:
    """What Stripe shows of a card wherever it shows one."""
    checks = {
        "address_line1_check": None,
        "address_postal_code_check": None,
        "cvc_check": "pass",
    }
    return {
        "brand": "visa",
        "checks": checks,
        "country": "GB",
        "exp_month": payer.month,
        "exp_year": payer.year,
        "fingerprint": f"Practice{card.last4}",
        "funding": "credit",
        "last4": card.last4,
        "regulated_status": "unregulated",
        "wallet": None,
    }
