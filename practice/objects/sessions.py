"""Checkout Sessions: what is to be paid, by when, and where the payer goes afterwards."""

import sqlite3
from typing import Any

from app.money import Money
from practice import simulated_time, store
from practice.api import line_items, parameters
from practice.api.parameters import address, boolean, email, integer, one_of, text
from practice.api.refusals import Refused, missing, no_such
from practice.objects import intents, shapes
from practice.webhooks.events import BY_ITSELF, Cause, emit

_MESSAGE: parameters.Shape = {"message": text}

PARAMETERS: parameters.Shape = {
    "adaptive_pricing": {"enabled": boolean},
    "billing_address_collection": one_of("auto", "required"),
    "cancel_url": address,
    "client_reference_id": text,
    "customer": text,
    "customer_creation": one_of("always", "if_required"),
    "custom_text": {
        "after_submit": _MESSAGE,
        "shipping_address": _MESSAGE,
        "submit": _MESSAGE,
        "terms_of_service_acceptance": _MESSAGE,
    },
    "customer_email": email,
    "expand": parameters.EXPAND,
    "expires_at": integer,
    "line_items": line_items.PARAMETERS,
    "locale": text,
    "metadata": parameters.METADATA,
    "mode": one_of("payment", "setup", "subscription"),
    "payment_intent_data": {"description": text, "metadata": parameters.METADATA},
    "subscription_data": {"description": text, "metadata": parameters.METADATA},
    "submit_type": one_of("auto", "book", "donate", "pay"),
    "success_url": address,
    "ui_mode": one_of("elements", "embedded_page", "form", "hosted_page"),
}

_DAY = 24 * 60 * 60


def create(db: sqlite3.Connection, given: dict[str, Any], origin: str) -> dict[str, Any]:
    """Open a session from checked parameters; `origin` is where Practice Stripe stands (`http://host:port`).

    Raises `Refused` where Stripe refuses, and for modes that Practice Stripe does not play.
    """
    for name in ("mode", "success_url", "line_items"):
        if not given.get(name):
            raise missing(name)
    _fits(db, given)
    items, total = line_items.read(db, given["line_items"], given["mode"])
    session = _body(given, total, f"{origin}/c/pay/")
    first = {"description": "Subscription creation"}
    private = {
        "items": items,
        "intent": first if given["mode"] == "subscription" else given.get("payment_intent_data", {}),
        "subscription": given.get("subscription_data", {}),
        "origin": origin,
    }
    store.keep(db, session, private, due_at=session["expires_at"])
    return session


def _fits(db: sqlite3.Connection, given: dict[str, Any]) -> None:
    """Refuse parameters that do not go with each other, and what Practice Stripe does not play."""
    mode, other = given["mode"], {"payment": "subscription_data", "subscription": "payment_intent_data"}
    if mode not in other:
        raise Refused("Practice Stripe plays the modes `payment` and `subscription` only.", param="mode")
    if given.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refused("Practice Stripe plays `ui_mode=hosted_page` only.", param="ui_mode")
    if other[mode] in given:
        raise Refused(f"You can not pass `{other[mode]}` in `{mode}` mode.", param=other[mode])
    if mode == "subscription" and "customer_creation" in given:
        raise Refused("`customer_creation` can only be used in `payment` and `setup` mode.", param="customer_creation")
    if "customer" in given:
        if "customer_email" in given:
            raise Refused("You may only specify one of these parameters: customer, customer_email.")
        if store.find(db, "customer", given["customer"]) is None:
            raise no_such("customer", given["customer"], param="customer", status=400)


def expire(db: sqlite3.Connection, session: dict[str, Any], private: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """End an open session that was not paid; raises `Refused` when it is not open."""
    if session["status"] != "open":
        raise Refused('Only Checkout Sessions with a status in ["open"] can be expired.')
    ended = {**session, "status": "expired", "url": None}
    store.keep(db, ended, private)
    emit(db, "checkout.session.expired", ended, cause)
    return ended


def present(db: sqlite3.Connection, reference: str) -> store.Stored:
    """The session as it is now: one whose time is over expires here, if Practice Stripe's rounds have not come by yet.

    Raises `Refused` when there is none.
    """
    stored = store.find(db, "checkout.session", reference)
    if stored is None:
        raise no_such("checkout.session", reference, param="session")
    if stored.body["status"] == "open" and stored.body["expires_at"] <= simulated_time.now():
        return store.Stored(expire(db, stored.body, stored.private, BY_ITSELF), stored.private)
    return stored


def _expiry(given: dict[str, Any], created: int) -> int:
    """When the session ends by itself: 30 minutes to 24 hours from now (docs.stripe.com, `expires_at`)."""
    moment = int(given.get("expires_at", created + _DAY))
    if moment < created + 30 * 60:
        raise Refused("`expires_at` must be at least 30 minutes from Checkout Session creation.", param="expires_at")
    if moment > created + _DAY:
        raise Refused("`expires_at` must be less than 24 hours from Checkout Session creation.", param="expires_at")
    return moment


def _body(given: dict[str, Any], total: Money, pages: str) -> dict[str, Any]:
    """The session as the API shows it; `pages` is where Practice Stripe's payment pages are."""
    created, reference = simulated_time.now(), "cs_test_" + store.mint("cs").removeprefix("cs_")
    asked = ("billing_address_collection", "cancel_url", "client_reference_id", "customer", "customer_email", "locale")
    texts = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    address_given = given.get("customer_email")
    return {
        **shapes.session(),
        **{name: given.get(name) for name in asked},
        "id": reference,
        "adaptive_pricing": given.get("adaptive_pricing"),
        "amount_subtotal": total.minor,
        "amount_total": total.minor,
        "created": created,
        "currency": total.currency,
        "custom_text": {name: given.get("custom_text", {}).get(name) for name in texts},
        "customer_creation": "always"
        if given["mode"] == "subscription"
        else given.get("customer_creation", "if_required"),
        "customer_details": shapes.payer(address_given) if address_given else None,
        "expires_at": _expiry(given, created),
        "metadata": given.get("metadata", {}),
        "mode": given["mode"],
        "payment_method_types": intents.offered(total.currency),
        "submit_type": given.get("submit_type"),
        "success_url": given["success_url"],
        "ui_mode": "hosted_page",
        "url": pages + reference,
    }
