"""Changing a subscription: its sum, its card, a pause, its end."""

import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.api import parameters
from practice.api.parameters import boolean, integer, one_of, text
from practice.api.refusals import Refused
from practice.happening import renewing
from practice.objects import catalogue, customers, shapes, subscriptions
from practice.webhooks.events import Cause

_FEEDBACK = "customer_service low_quality missing_features other switched_service too_complex too_expensive unused"
DETAILS: parameters.Shape = {"comment": text, "feedback": one_of("", *_FEEDBACK.split())}
PARAMETERS: parameters.Shape = {
    "cancel_at_period_end": boolean,
    "cancellation_details": DETAILS,
    "default_payment_method": text,
    "description": text,
    "expand": parameters.EXPAND,
    "items": [{"id": text, "price": text, "price_data": catalogue.PRICE_DATA, "quantity": integer}],
    "metadata": parameters.METADATA,
    "pause_collection": {"behavior": one_of("keep_as_draft", "mark_uncollectible", "void"), "resumes_at": integer},
    "payment_behavior": one_of("allow_incomplete", "error_if_incomplete"),
    "proration_behavior": one_of("always_invoice", "create_prorations", "none"),
}
CANCEL: parameters.Shape = {
    "cancellation_details": DETAILS,
    "expand": parameters.EXPAND,
    "invoice_now": boolean,
    "prorate": boolean,
}
RESUME: parameters.Shape = {
    "billing_cycle_anchor": {"type": one_of("now", "unchanged")},
    "expand": parameters.EXPAND,
    "proration_behavior": one_of("none"),
}


def update(db: sqlite3.Connection, stored: store.Stored, given: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """Change what is given. A new sum counts from the next month on; raises `Refused` where Stripe refuses."""
    subscription = stored.body
    if subscription["status"] == "canceled" and set(given) - {"cancellation_details", "expand", "metadata"}:
        raise Refused("A canceled subscription can only update its cancellation_details and metadata.")
    news: dict[str, Any] = {}
    if "metadata" in given:
        news["metadata"] = parameters.merged(subscription["metadata"], given["metadata"])
    if "description" in given:
        news["description"] = given["description"] or None
    if "default_payment_method" in given:
        method = customers.of_customer(db, subscription["customer"], given["default_payment_method"])
        news["default_payment_method"] = method["id"]
    if "items" in given:
        if given.get("proration_behavior") != "none":
            raise Refused("Practice Stripe plays `proration_behavior=none` only.", param="proration_behavior")
        news["items"] = _items(db, subscription["items"], given["items"])
    if "pause_collection" in given:
        pause = given["pause_collection"]
        news["pause_collection"] = {"resumes_at": None, **pause} if pause.get("behavior") else None
    if "cancel_at_period_end" in given:
        news |= _cancelling(subscription, given["cancel_at_period_end"])
    if "cancellation_details" in given:
        before = news.get("cancellation_details", subscription["cancellation_details"])
        news["cancellation_details"] = shapes.cancellation(before["reason"], given["cancellation_details"])
    return subscriptions.change(db, subscription, news, cause)


def cancel(db: sqlite3.Connection, stored: store.Stored, given: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """End it at once; nothing is given back."""
    details = given.get("cancellation_details")
    return subscriptions.end(db, stored.body, cause, details=details)


def pause(db: sqlite3.Connection, stored: store.Stored, cause: Cause) -> dict[str, Any]:
    """Pause it altogether (`status=paused`): no months go by. Unlike at Stripe, unused days are never credited."""
    if stored.body["status"] not in ("active", "past_due"):
        raise Refused(f"This subscription cannot be paused: its status is {stored.body['status']}.")
    return subscriptions.change(db, stored.body, {"status": "paused"}, cause, "customer.subscription.paused")


def resume(db: sqlite3.Connection, stored: store.Stored, cause: Cause) -> dict[str, Any]:
    """Go on after a pause: when the month that was paid for is over, the next one begins today."""
    if stored.body["status"] != "paused":
        raise Refused("Only paused subscriptions can be resumed.")
    resumed = subscriptions.change(db, stored.body, {"status": "active"}, cause, "customer.subscription.resumed")
    moment = simulated_time.now()
    if subscriptions.current_end(resumed) <= moment:
        items = [{**item, "current_period_end": moment} for item in resumed["items"]["data"]]
        begun = {**resumed, "billing_cycle_anchor": moment, "items": {**resumed["items"], "data": items}}
        renewing.renew(db, begun, stored.private["origin"], cause)
    return subscriptions.running(db, resumed["id"]).body


def _cancelling(subscription: dict[str, Any], wanted: bool) -> dict[str, Any]:
    """Whether it ends with the period that is paid for."""
    return {
        "cancel_at": subscriptions.current_end(subscription) if wanted else None,
        "cancel_at_period_end": wanted,
        "canceled_at": simulated_time.now() if wanted else None,
        "cancellation_details": shapes.cancellation("cancellation_requested" if wanted else None),
    }


def _items(db: sqlite3.Connection, items: dict[str, Any], given: list[dict[str, Any]]) -> dict[str, Any]:
    """The items with new prices; the currency stays, and so does the month that is paid for."""
    by_id = {item["id"]: item for item in items["data"]}
    for number, change in enumerate(given):
        path = f"items[{number}]"
        item = by_id.get(change.get("id", ""))
        if item is None:
            raise Refused(f"Practice Stripe changes items by their id only; give {path}[id].", param=f"{path}[id]")
        price = item["price"]
        if "price" in change:
            price = catalogue.find_price(db, change["price"], f"{path}[price]")
        elif "price_data" in change:
            price = catalogue.price(db, change["price_data"], f"{path}[price_data]")
        if price["recurring"] is None or price["currency"] != item["price"]["currency"]:
            raise Refused("The price must recur, in the currency of the subscription.", param=path)
        by_id[item["id"]] = {**item, "price": price, "quantity": change.get("quantity", item["quantity"])}
    return {**items, "data": list(by_id.values())}
