"""Checkout Sessions: what is to be paid, by when, and where the payer goes afterwards."""

import sqlite3
from typing import Any

from app.money import Money
from app.practice import drawer, parameters, shapes
from app.practice.events import BY_ITSELF, Cause, emit
from app.practice.parameters import address, boolean, email, integer, one_of, text
from app.practice.refusals import Refused, missing, no_such

_MESSAGE: parameters.Shape = {"message": text}

PARAMETERS: parameters.Shape = {
    "adaptive_pricing": {"enabled": boolean},
    "billing_address_collection": one_of("auto", "required"),
    "cancel_url": address,
    "client_reference_id": text,
    "custom_text": {
        "after_submit": _MESSAGE,
        "shipping_address": _MESSAGE,
        "submit": _MESSAGE,
        "terms_of_service_acceptance": _MESSAGE,
    },
    "customer_email": email,
    "expand": parameters.EXPAND,
    "expires_at": integer,
    "line_items": [
        {
            "price_data": {
                "currency": text,
                "product_data": {"description": text, "metadata": parameters.METADATA, "name": text},
                "unit_amount": integer,
            },
            "quantity": integer,
        }
    ],
    "locale": text,
    "metadata": parameters.METADATA,
    "mode": one_of("payment", "setup", "subscription"),
    "payment_intent_data": {"description": text, "metadata": parameters.METADATA},
    "submit_type": one_of("auto", "book", "donate", "pay"),
    "success_url": address,
    "ui_mode": one_of("elements", "embedded_page", "form", "hosted_page"),
}

# Stripe's smallest charge in minor units (docs.stripe.com/currencies, "Minimum and maximum charge amounts").
_SMALLEST = {"aed": 200, "czk": 1500, "dkk": 250, "gbp": 30, "hkd": 400, "huf": 17500, "mxn": 1000, "myr": 200}
_SMALLEST |= {"nok": 300, "pln": 200, "ron": 200, "sek": 300, "thb": 1000}
_LARGEST = 99_999_999
_DAY = 24 * 60 * 60


def create(db: sqlite3.Connection, given: dict[str, Any], origin: str) -> dict[str, Any]:
    """Open a session from checked parameters; `origin` is where the till stands (`http://host:port`).

    Raises `Refused` where Stripe refuses, and for modes that the till does not play.
    """
    for name in ("mode", "success_url", "line_items"):
        if not given.get(name):
            raise missing(name)
    if given["mode"] != "payment":
        raise Refused("Practice Stripe plays `mode=payment` only, for now.", param="mode")
    if given.get("ui_mode", "hosted_page") != "hosted_page":
        raise Refused("Practice Stripe plays `ui_mode=hosted_page` only.", param="ui_mode")
    items = [_item(item, f"line_items[{number}]") for number, item in enumerate(given["line_items"])]
    currency, total = items[0]["currency"], sum(item["amount_total"] for item in items)
    if any(item["currency"] != currency for item in items):
        raise Refused("All line items must have the same currency.", param="line_items")
    smallest = _SMALLEST.get(currency, 50)
    if total < smallest:
        raise Refused(
            f"The Checkout Session's total amount due must add up to at least {Money(smallest, currency)}",
            code="amount_too_small",
            param="line_items",
        )
    if total > _LARGEST:
        raise Refused("The total amount due must be no more than eight digits.", code="amount_too_large")
    session = _body(given, currency, total, f"{origin}/c/pay/")
    drawer.keep(
        db,
        session,
        {"items": items, "intent": given.get("payment_intent_data", {})},
        due_at=session["expires_at"],
    )
    return session


def expire(db: sqlite3.Connection, session: dict[str, Any], private: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """End an open session that was not paid; raises `Refused` when it is not open."""
    if session["status"] != "open":
        raise Refused('Only Checkout Sessions with a status in ["open"] can be expired.')
    ended = {**session, "status": "expired", "url": None}
    drawer.keep(db, ended, private)
    emit(db, "checkout.session.expired", ended, cause)
    return ended


def present(db: sqlite3.Connection, reference: str) -> drawer.Kept:
    """The session as it is now: one whose time is over expires here, if the till's rounds have not come by yet.

    Raises `Refused` when there is none.
    """
    kept = drawer.find(db, "checkout.session", reference)
    if kept is None:
        raise no_such("checkout.session", reference, param="session")
    if kept.body["status"] == "open" and kept.body["expires_at"] <= drawer.now():
        return drawer.Kept(expire(db, kept.body, kept.private, BY_ITSELF), kept.private)
    return kept


def _expiry(given: dict[str, Any], created: int) -> int:
    """When the session ends by itself: 30 minutes to 24 hours from now (docs.stripe.com, `expires_at`)."""
    moment = int(given.get("expires_at", created + _DAY))
    if moment < created + 30 * 60:
        raise Refused("`expires_at` must be at least 30 minutes from Checkout Session creation.", param="expires_at")
    if moment > created + _DAY:
        raise Refused("`expires_at` must be less than 24 hours from Checkout Session creation.", param="expires_at")
    return moment


def _item(item: dict[str, Any], path: str) -> dict[str, Any]:
    """A line of the session, with the price that Stripe makes of its `price_data`."""
    price = item.get("price_data") or {}
    for name in ("currency", "product_data", "unit_amount"):
        if name not in price:
            raise missing(f"{path}[price_data][{name}]")
    if not price["product_data"].get("name"):
        raise missing(f"{path}[price_data][product_data][name]")
    quantity, amount, currency = item.get("quantity", 1), price["unit_amount"], price["currency"].lower()
    if len(currency) != 3 or not currency.isalpha():
        raise Refused(f"Invalid currency: {currency[:20]}", param=f"{path}[price_data][currency]")
    if quantity < 1 or amount < 0:
        raise Refused("Invalid non-negative integer", code="parameter_invalid_integer", param=path)
    whole = amount * quantity
    return {
        "id": drawer.mint("li"),
        "object": "item",
        "amount_discount": 0,
        "amount_subtotal": whole,
        "amount_tax": 0,
        "amount_total": whole,
        "currency": currency,
        "description": price["product_data"]["name"],
        "price": shapes.price(amount, currency),
        "quantity": quantity,
    }


def _body(given: dict[str, Any], currency: str, total: int, pages: str) -> dict[str, Any]:
    """The session as the API shows it; `pages` is where the till's payment pages are."""
    created, reference = drawer.now(), "cs_test_" + drawer.mint("till").removeprefix("till_")
    asked = ("billing_address_collection", "cancel_url", "client_reference_id", "customer_email", "locale")
    texts = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
    address_given = given.get("customer_email")
    return {
        **shapes.session(),
        **{name: given.get(name) for name in asked},
        "id": reference,
        "adaptive_pricing": given.get("adaptive_pricing"),
        "amount_subtotal": total,
        "amount_total": total,
        "created": created,
        "currency": currency,
        "custom_text": {name: given.get("custom_text", {}).get(name) for name in texts},
        "customer_details": shapes.payer(address_given) if address_given else None,
        "expires_at": _expiry(given, created),
        "metadata": given.get("metadata", {}),
        "mode": given["mode"],
        "submit_type": given.get("submit_type"),
        "success_url": given["success_url"],
        "ui_mode": "hosted_page",
        "url": pages + reference,
    }
