"""Catching up: what Stripe lists and the books lack is taken in, so that a webhook that fails loses nothing."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from sqlalchemy.dialects import postgresql

from app import clock
from app.config import Settings
from app.database import db, writing
from app.donations import stripe_news
from app.payments import inbox
from app.payments.inbox import Delivery
from app.reconciliation import alarms, catching_up
from app.services import Gateway
from app.worker import payouts
from app.worker.clock import Regularly, ScheduledDuty

log = logging.getLogger(__name__)

_Listed = TypeVar("_Listed")

# As far back as Stripe keeps its events (docs.stripe.com/api/events).
AS_FAR_AS_STRIPE = timedelta(days=30)
_A_RUN = 100
_DAILY = "catch-up"


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What was missing: how many events, and how many movements beyond those."""

    events: int
    transactions: int


def catch_up(gateway: Gateway, settings: Settings, back: timedelta = AS_FAR_AS_STRIPE) -> CaughtUp:
    """Compare Stripe's list of the time since with the books and take in what they lack. Events are kept and applied
    as if they had been delivered, movements are booked with what caused them; twice changes nothing.

    Raises what the gateway raises; what was taken in by then stays.
    """
    since = int((clock.now() - back).timestamp())
    events = 0
    for bodies in _in_runs(gateway.events_since(since)):
        missing = catching_up.missing_events(bodies, live=settings.live)
        db.session.rollback()
        for delivery in missing:
            _keep(delivery)
        events += len(missing)
        with writing():
            alarms.silence(missing)
    transactions = 0
    for run in _in_runs(gateway.transactions_since(since)):
        transactions += payouts.take_in(run, gateway)
    return CaughtUp(events, transactions)


def regularly(gateway: Gateway, settings: Settings) -> list[Regularly]:
    """The daily comparison of all that Stripe still lists, and an hourly one that notices when events fall silent."""
    return [
        Regularly(_DAILY, timedelta(days=1), lambda: _run(gateway, settings, AS_FAR_AS_STRIPE)),
        Regularly("listen", timedelta(hours=1), lambda: _run(gateway, settings, timedelta(hours=3))),
    ]


def ask() -> None:
    """Have the worker compare all that Stripe still lists at its next look, whenever it would have; the caller
    commits."""
    now = clock.now()
    db.session.execute(
        postgresql.insert(ScheduledDuty)
        .values(name=_DAILY, next_run_at=now)
        .on_conflict_do_update(index_elements=["name"], set_={"next_run_at": now})
    )


def _run(gateway: Gateway, settings: Settings, back: timedelta) -> None:
    caught = catch_up(gateway, settings, back)
    if caught.events or caught.transactions:
        log.warning("caught up with %s events and %s movements", caught.events, caught.transactions)


def _keep(delivery: Delivery) -> None:
    """Store and apply a listed event as the webhook does with a delivered one."""
    try:
        with writing():
            inbox.take_in(delivery, stripe_news.apply)
    except inbox.NotApplied as failure:
        with writing():
            inbox.put_by(delivery, failure)


def _in_runs(listed: Iterator[_Listed]) -> Iterator[list[_Listed]]:
    """What is listed, a page or so at a time."""
    while run := list(islice(listed, _A_RUN)):
        yield run
