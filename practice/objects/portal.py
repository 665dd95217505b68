"""The billing portal: a customer gives Stripe another card for what they pay each month."""

import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.api import parameters
from practice.api.parameters import address, one_of, text
from practice.api.refusals import Refused, missing, no_such
from practice.objects import customers, intents, subscriptions
from practice.objects.cards import Card
from practice.objects.intents import Payer
from practice.webhooks.events import Cause, emit

PARAMETERS: parameters.Shape = {
    "configuration": text,
    "customer": text,
    "expand": parameters.EXPAND,
    "flow_data": {
        "after_completion": {
            "hosted_confirmation": {"custom_message": text},
            "redirect": {"return_url": address},
            "type": one_of("hosted_confirmation", "portal_homepage", "redirect"),
        },
        "type": text,
    },
    "locale": text,
    "return_url": address,
}

# Stripe's sessions are short-lived, too; how long exactly it does not say.
_LIFETIME = 60 * 60


def create(db: sqlite3.Connection, given: dict[str, Any], origin: str) -> dict[str, Any]:
    """Open a session for a customer; `origin` is our own address. Raises `Refused` where Stripe refuses."""
    if not given.get("customer"):
        raise missing("customer")
    customer = customers.present(db, given["customer"])
    flow = given.get("flow_data", {})
    if flow.get("type") != "payment_method_update":
        raise Refused("Practice Stripe plays `payment_method_update` only.", param="flow_data[type]")
    after = flow.get("after_completion", {"type": "portal_homepage"})
    if after.get("type") == "redirect" and not after.get("redirect"):
        raise missing("flow_data[after_completion][redirect][return_url]")
    reference, flows = store.mint("bps"), ("subscription_cancel", "subscription_pause", "subscription_update")
    session = {
        "id": reference,
        "object": "billing_portal.session",
        "configuration": given.get("configuration", "bpc_1PracticeTheOnlyOne"),
        "created": simulated_time.now(),
        "customer": customer["id"],
        "customer_account": None,
        "flow": {
            **dict.fromkeys((*flows, "subscription_update_confirm")),
            "after_completion": {"hosted_confirmation": None, "redirect": None, **after},
            "type": "payment_method_update",
        },
        "livemode": False,
        "locale": given.get("locale"),
        "on_behalf_of": None,
        "return_url": given.get("return_url"),
        "url": f"{origin}/p/session/{reference}",
    }
    store.keep(db, session, {"open_until": simulated_time.now() + _LIFETIME})
    return session


def present(db: sqlite3.Connection, reference: str) -> dict[str, Any] | None:
    """The session, or none once it is used up or its time is over; raises `Refused` when there never was one."""
    stored = store.find(db, "billing_portal.session", reference)
    if stored is None:
        raise no_such("billing_portal.session", reference)
    return stored.body if stored.private["open_until"] > simulated_time.now() else None


def landing(session: dict[str, Any]) -> str | None:
    """Where the customer goes afterwards, if the session says so."""
    redirect = session["flow"]["after_completion"]["redirect"]
    after: str | None = redirect["return_url"] if redirect else session["return_url"]
    return after


def take_card(db: sqlite3.Connection, session: dict[str, Any], card: Card, payer: Payer, cause: Cause) -> str:
    """Keep the card for everything that the customer pays; the id of the event that tells of it last.

    The session is used up by it. What is past due is not tried again for it: its next try comes in its time, or when
    it is asked for.
    """
    event = set_up(db, session["customer"], card, payer, cause)
    store.keep(db, session, {"open_until": 0})
    return event


def set_up(db: sqlite3.Connection, customer_id: str, card: Card, payer: Payer, cause: Cause) -> str:
    """A SetupIntent for this card that succeeds at once; the card becomes the one that is used."""
    method = intents.method(db, card, payer)
    setup = _setup_intent(customer_id, method["id"])
    store.keep(db, setup)
    emit(db, "setup_intent.created", setup, cause)
    customers.attach(db, customer_id, method["id"], cause)
    done = {**setup, "status": "succeeded"}
    store.keep(db, done)
    event = emit(db, "setup_intent.succeeded", done, cause)
    settings = {"invoice_settings": {"default_payment_method": method["id"]}}
    customers.update(db, customers.present(db, customer_id), settings, cause)
    for subscription in store.every(db, "subscription", customer=customer_id):
        if subscription["status"] != "canceled":
            subscriptions.change(db, subscription, {"default_payment_method": method["id"]}, cause)
    return event


def _setup_intent(customer_id: str, method_id: str) -> dict[str, Any]:
    empty = (
        "allowed_payment_method_types application automatic_payment_methods cancellation_reason customer_account "
        "description excluded_payment_method_types flow_directions last_setup_error latest_attempt managed_payments "
        "mandate next_action on_behalf_of payment_method_configuration_details payment_method_options "
        "single_use_mandate"
    )
    reference = store.mint("seti")
    return {
        **dict.fromkeys(empty.split()),
        "id": reference,
        "object": "setup_intent",
        "client_secret": f"{reference}_secret_{store.mint('x').removeprefix('x_')}",
        "created": simulated_time.now(),
        "customer": customer_id,
        "livemode": False,
        "metadata": {},
        "payment_method": method_id,
        "payment_method_types": ["card"],
        "status": "requires_confirmation",
        "usage": "off_session",
    }
