"""The API's writing half for monthly gifts: customers, prices, subscriptions, invoices and the billing portal."""

import sqlite3
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from practice.api import answering, parameters, policy
from practice.api.parameters import boolean, text
from practice.happening import changing, collecting
from practice.objects import catalogue, customers, invoices, portal, subscriptions

monthly = Blueprint("monthly", __name__, url_prefix="/v1")
policy.guard(monthly)

Given = dict[str, Any]

_NOTHING: parameters.Shape = {"expand": parameters.EXPAND}


@monthly.post("/customers")
def create_customer() -> ResponseReturnValue:
    """Keep a customer."""
    return answering.once(lambda db, given: customers.create(db, given, answering.cause()), customers.PARAMETERS)


@monthly.post("/customers/<reference>")
def update_customer(reference: str) -> ResponseReturnValue:
    """Change a customer."""

    def act(db: sqlite3.Connection, given: Given) -> Given:
        return customers.update(db, answering.stored(db, "customer", reference, "id").body, given, answering.cause())

    return answering.once(act, customers.PARAMETERS)


@monthly.post("/products")
def create_product() -> ResponseReturnValue:
    """Keep something to give for."""
    return answering.once(catalogue.product, catalogue.PRODUCT)


@monthly.post("/prices")
def create_price() -> ResponseReturnValue:
    """Keep a price."""
    return answering.once(catalogue.price, catalogue.PRICE)


@monthly.post("/subscriptions/<reference>")
def update_subscription(reference: str) -> ResponseReturnValue:
    """Change a subscription."""

    def act(db: sqlite3.Connection, given: Given) -> Given:
        return changing.update(db, answering.stored(db, "subscription", reference, "id"), given, answering.cause())

    return answering.once(act, changing.PARAMETERS)


@monthly.delete("/subscriptions/<reference>")
def cancel_subscription(reference: str) -> ResponseReturnValue:
    """End a subscription at once."""

    def act(db: sqlite3.Connection, given: Given) -> Given:
        return changing.cancel(db, subscriptions.running(db, reference), given, answering.cause())

    return answering.once(act, changing.CANCEL)


@monthly.post("/subscriptions/<reference>/pause")
def pause_subscription(reference: str) -> ResponseReturnValue:
    """Pause a subscription altogether."""

    def act(db: sqlite3.Connection, _given: Given) -> Given:
        return changing.pause(db, subscriptions.running(db, reference), answering.cause())

    return answering.once(act, _NOTHING)


@monthly.post("/subscriptions/<reference>/resume")
def resume_subscription(reference: str) -> ResponseReturnValue:
    """Let a paused subscription go on."""

    def act(db: sqlite3.Connection, _given: Given) -> Given:
        return changing.resume(db, subscriptions.running(db, reference), answering.cause())

    return answering.once(act, changing.RESUME)


@monthly.post("/invoices/<reference>/pay")
def pay_invoice(reference: str) -> ResponseReturnValue:
    """Try to collect an open invoice now."""

    def act(db: sqlite3.Connection, given: Given) -> Given:
        invoice = answering.stored(db, "invoice", reference, "invoice").body
        return collecting.pay_now(db, invoice, answering.cause(), given.get("payment_method"))

    return answering.once(act, {"expand": parameters.EXPAND, "off_session": boolean, "payment_method": text})


@monthly.post("/invoices/<reference>/<any(void, mark_uncollectible):action>")
def end_invoice(reference: str, action: str) -> ResponseReturnValue:
    """Give an open invoice up."""

    def act(db: sqlite3.Connection, _given: Given) -> Given:
        invoice = answering.stored(db, "invoice", reference, "invoice").body
        return invoices.end(db, invoice, "void" if action == "void" else "uncollectible", answering.cause())

    return answering.once(act, _NOTHING)


@monthly.post("/billing_portal/sessions")
def open_portal() -> ResponseReturnValue:
    """Open the portal for a customer."""
    origin = request.host_url.rstrip("/")
    return answering.once(lambda db, given: portal.create(db, given, origin), portal.PARAMETERS)
