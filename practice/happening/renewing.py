"""Renewing: a month is over, and the next one is drawn, or the subscription ends or goes on after a pause.

Months as Stripe counts them: from an anchor, to the same day and second, or a shorter month's last day.
"""

import calendar
import sqlite3
from typing import Any

from app import clock
from practice import simulated_time, store
from practice.happening import collecting
from practice.objects import catalogue, invoices, subscriptions
from practice.webhooks.events import BY_ITSELF, Cause


def later(anchor: int, months: int) -> int:
    """Unix seconds `months` after `anchor`: the 31st becomes the 28th in February, and the 31st again in March.

    Stripe's rule for `billing_cycle_anchor` (docs.stripe.com/billing/subscriptions/billing-cycle), in UTC.
    """
    first = clock.from_timestamp(anchor)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    day = min(first.day, calendar.monthrange(year, month + 1)[1])
    return int(first.replace(year=year, month=month + 1, day=day).timestamp())


def next_after(anchor: int, moment: int, step: int = 1) -> int:
    """The first return of `anchor`, every `step` months, that comes after `moment`."""
    count = step
    while later(anchor, count) <= moment:
        count += step
    return later(anchor, count)


def go_on(db: sqlite3.Connection, stored: store.Stored) -> None:
    """The subscription's next time has come."""
    subscription, moment = stored.body, simulated_time.now()
    paused = subscription["pause_collection"]
    if paused and paused["resumes_at"] is not None and paused["resumes_at"] <= moment:
        subscription = subscriptions.change(db, subscription, {"pause_collection": None}, BY_ITSELF)
    if subscription["cancel_at"] is not None and subscription["cancel_at"] <= moment:
        subscriptions.end(db, subscription, BY_ITSELF)
    elif subscriptions.current_end(subscription) <= moment:
        renew(db, subscription, stored.private["origin"], BY_ITSELF)
    else:
        subscriptions.keep(db, subscription)


def renew(db: sqlite3.Connection, subscription: dict[str, Any], origin: str, cause: Cause) -> dict[str, Any]:
    """Begin the next period: its invoice is drawn and collected, or treated as the pause of collection says.

    Returns the invoice.
    """
    since = subscription["items"]["data"][0]["current_period_start"]
    anchor = subscription["billing_cycle_anchor"]
    items = [_rolled(item, anchor) for item in subscription["items"]["data"]]
    rolled = {**subscription, "items": {**subscription["items"], "data": items}}
    invoice = invoices.draw(db, rolled, "subscription_cycle", cause, since)
    news = {"items": rolled["items"], "latest_invoice": invoice["id"]}
    renewed = subscriptions.change(db, subscription, news, cause)
    paused = renewed["pause_collection"]
    if paused and paused["behavior"] == "keep_as_draft":
        store.keep(db, {**invoice, "auto_advance": False})
        return invoice
    opened = invoices.finalize(db, invoice, origin, cause)
    if paused:
        return invoices.end(db, opened, "void" if paused["behavior"] == "void" else "uncollectible", cause)
    return collecting.collect(db, opened, cause)


def _rolled(item: dict[str, Any], anchor: int) -> dict[str, Any]:
    """The item in its next period."""
    ended = item["current_period_end"]
    following = next_after(anchor, ended, catalogue.step(item["price"]))
    return {**item, "current_period_end": following, "current_period_start": ended}
