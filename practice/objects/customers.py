"""Customers: who gives again and again, and the card that they keep with Stripe for it."""

import secrets
import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.api import parameters
from practice.api.parameters import email, text
from practice.api.refusals import no_such
from practice.objects import intents, shapes
from practice.objects.intents import Payer
from practice.webhooks.events import Cause, emit

PARAMETERS: parameters.Shape = {
    "address": dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), text),
    "description": text,
    "email": email,
    "expand": parameters.EXPAND,
    "invoice_settings": {"default_payment_method": text},
    "metadata": parameters.METADATA,
    "name": text,
    "phone": text,
    "preferred_locales": [text],
}

_PLAIN = ("description", "email", "name", "phone", "preferred_locales")


def create(db: sqlite3.Connection, given: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """Keep a customer of checked parameters."""
    customer = {
        **shapes.customer(),
        **{name: given[name] for name in _PLAIN if name in given},
        "id": store.mint("cus"),
        "address": {**shapes.place(None), **given["address"]} if given.get("address") else None,
        "created": simulated_time.now(),
        "invoice_prefix": secrets.token_hex(4).upper(),
        "metadata": parameters.merged({}, given.get("metadata")),
    }
    store.keep(db, customer)
    emit(db, "customer.created", customer, cause)
    return customer


def of_payer(db: sqlite3.Connection, payer: Payer, cause: Cause) -> dict[str, Any]:
    """The customer that a session makes of whoever pays."""
    given: dict[str, Any] = {"email": payer.email, "name": payer.name}
    if payer.postcode:
        given["address"] = {"country": "GB", "postal_code": payer.postcode}
    return create(db, given, cause)


def update(db: sqlite3.Connection, customer: dict[str, Any], given: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """Change what is given; raises `Refused` for a default card that is not the customer's."""
    news = {name: given[name] or None for name in _PLAIN if name in given}
    if "address" in given:
        news["address"] = {**shapes.place(None), **given["address"]} if given["address"] else None
    if "metadata" in given:
        news["metadata"] = parameters.merged(customer["metadata"], given["metadata"])
    if "invoice_settings" in given:
        chosen = given["invoice_settings"].get("default_payment_method")
        if chosen:
            of_customer(db, customer["id"], chosen)
        news["invoice_settings"] = {**customer["invoice_settings"], "default_payment_method": chosen or None}
    changed = {**customer, **news}
    store.keep(db, changed)
    previous = {name: customer[name] for name in news if customer[name] != news[name]}
    emit(db, "customer.updated", changed, cause, previous=previous)
    return changed


def attach(db: sqlite3.Connection, customer: str, method_id: str, cause: Cause) -> dict[str, Any]:
    """The card is kept for this customer from now on; the PaymentMethod as it is then."""
    method, _, _ = intents.tried(db, method_id)
    attached = {**method, "customer": customer}
    store.keep(db, attached)
    emit(db, "payment_method.attached", attached, cause)
    return attached


def of_customer(db: sqlite3.Connection, customer: str, method_id: str) -> dict[str, Any]:
    """The PaymentMethod, which must be the customer's; raises `Refused` when it is not."""
    method, _, _ = intents.tried(db, method_id)
    if method["customer"] != customer:
        raise no_such("PaymentMethod", method_id, param="payment_method", status=400)
    return method


def present(db: sqlite3.Connection, reference: str) -> dict[str, Any]:
    """The customer that a parameter names; raises `Refused` when there is none."""
    stored = store.find(db, "customer", reference)
    if stored is None:
        raise no_such("customer", reference, param="customer", status=400)
    return stored.body


def next_number(db: sqlite3.Connection, reference: str) -> tuple[dict[str, Any], str]:
    """The customer, and the number of their next invoice."""
    customer = present(db, reference)
    store.keep(db, {**customer, "next_invoice_sequence": customer["next_invoice_sequence"] + 1})
    return customer, f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04d}"
