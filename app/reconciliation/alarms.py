"""Alarms: what the treasurer must hear of today, by email, at most once a day for each reason."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app import clock, limits
from app.database import db
from app.emails import email
from app.errors import DomainError
from app.ledger.beginning import Beginning
from app.payments import contradiction
from app.payments.inbox import PENDING, Delivery, NotFromStripe, StripeEvent, UnreadableEvent, WrongMode, WrongTime
from app.subject import Subject

# The kind of email, and its reasons.
ALARM = "alarm"
SILENCE, CLOCK, SIGNATURE, MODE, PENDING_LONG = "silence", "clock", "signature", "mode", "pending"
UNREADABLE, CONTRADICTION = "unreadable", "contradiction"

# Stripe delivers within seconds; what it has known for this long and did not bring, it could not bring.
_DELIVERED_WITHIN = timedelta(minutes=15)
# A look back in which a missing charge still means silence now, and not an outage that is long over.
_RECENT = timedelta(days=1)
_PENDING_TOO_LONG = timedelta(hours=1)
# Strangers call now and then with signatures of their own; several in a day are more than that.
_STRANGERS = 3

_COUNTED = {
    WrongTime: "webhook-clock",
    NotFromStripe: "webhook-signature",
    WrongMode: "webhook-mode",
    UnreadableEvent: "webhook-unreadable",
}


def sound(reason: str) -> None:
    """Make an alarm's email due, unless today's is; the caller commits."""
    email.ask(ALARM, Subject("alarm", reason), clock.today().isoformat())


def silence(missing: Iterable[Delivery]) -> None:
    """Sound the alarm when charges happen at Stripe and their events do not arrive: `missing` is what was not
    delivered. Charges from before the books began are none of their business."""
    begun = db.session.scalar(select(Beginning.began_at)) or datetime.min.replace(tzinfo=clock.now().tzinfo)
    earliest, latest = max(begun, clock.now() - _RECENT), clock.now() - _DELIVERED_WITHIN
    for each in missing:
        if each.news.type == "charge.succeeded" and earliest <= clock.from_timestamp(each.news.created) <= latest:
            sound(SILENCE)
            return


def count_refusal(refusal: DomainError, secret: str) -> None:
    """Count a delivery that was refused, by why it was; the caller commits."""
    action = _COUNTED.get(type(refusal))
    if action is not None:
        limits.count(action, "stripe", within=timedelta(hours=1), secret=secret)


def watch() -> None:
    """Look at what the books know by themselves, and sound the alarms that this calls for; the caller commits."""
    since = clock.now() - timedelta(days=1)
    if limits.tried(_COUNTED[WrongTime], since):
        sound(CLOCK)
    if limits.tried(_COUNTED[NotFromStripe], since) >= _STRANGERS:
        sound(SIGNATURE)
    if limits.tried(_COUNTED[WrongMode], since):
        sound(MODE)
    if limits.tried(_COUNTED[UnreadableEvent], since):
        sound(UNREADABLE)
    if contradiction.number_since(since):
        sound(CONTRADICTION)
    if pending_too_long():
        sound(PENDING_LONG)


def pending_too_long() -> int:
    """How many events have been waiting for an hour or longer to be applied."""
    waiting = select(func.count()).where(
        StripeEvent.state == PENDING, StripeEvent.received_at < clock.now() - _PENDING_TOO_LONG
    )
    return db.session.scalar(waiting) or 0
