"""The inbox: an event is verified, stored once as it came, and applied or left pending; nothing is changed twice.

Forgetting: the raw body of an event about somebody is erased; its hash stays, with a record of the erasure.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, LargeBinary, String, func, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column
from stripe import SignatureVerificationError, WebhookSignature

from app import clock
from app.database import Base, DueWork, Key, db, partial_index
from app.errors import DomainError, in_words
from app.ledger import erasure
from app.payments import contradiction

PENDING, APPLIED, IGNORED = "pending", "applied", "ignored"


class StripeEvent(DueWork, Base):
    """One event, stored once however often it is delivered.

    *pending*: to be followed up by the worker, which is due `next_try_at`. *applied*: the books say what it said.
    *ignored*: its type meant nothing to the release that took it in; a later release that knows the type takes it up.
    `about` is the reference or the id by which the event is found when somebody asks what was told of a gift.
    """

    __tablename__ = "stripe_events"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'applied', 'ignored')", name="state"),
        partial_index("ix_stripe_events_pending", "next_try_at", "id", where="state = 'pending'"),
        partial_index("ix_stripe_events_ignored", "type", where="state = 'ignored'"),
        Index("ix_stripe_events_about", "about", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    event_id: Mapped[str] = mapped_column(String(80), unique=True)
    type: Mapped[str] = mapped_column(String(80))
    api_version: Mapped[str | None] = mapped_column(String(40))
    created_at: Mapped[datetime]
    received_at: Mapped[datetime]
    about: Mapped[str | None] = mapped_column(String(80))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    body_sha256: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(10))


class News:
    """What an event says, read from its body: its type, the object it is about, and which API version wrote it."""

    def __init__(self, body: Any) -> None:
        """`body` is the event as Stripe's JSON has it. Raises `LookupError` or `TypeError` for what is no event."""
        self.event_id: str = _name(body["id"])
        self.type: str = _name(body["type"])
        self.api_version: str | None = None if body.get("api_version") is None else _name(body["api_version"], 40)
        self.created: int = _only(int, body["created"])
        self.livemode: bool = _only(bool, body["livemode"])
        self.object: dict[str, Any] = _only(dict, body["data"]["object"])

    @property
    def about(self) -> str | None:
        """By what a gift's events are found: our own reference in the metadata, else the charge, else the object."""
        metadata = self.object.get("metadata")
        ours = metadata.get("donation") if isinstance(metadata, dict) else None
        named = (ours, self.object.get("charge"), self.object.get("latest_charge"), self.object.get("id"))
        return next((each for each in named if isinstance(each, str) and 0 < len(each) <= 80), None)


def _only(kind: type, value: Any) -> Any:
    if type(value) is not kind:
        raise TypeError(f"not of type {kind.__name__}")
    return value


def _name(value: Any, longest: int = 80) -> str:
    """An identifier as Stripe writes them, which fits its column."""
    if not re.fullmatch(r"[!-~]+", _only(str, value)) or len(value) > longest:
        raise TypeError("not a name")
    return str(value)


# How far a signature's time may lie from ours, in seconds: Stripe's own tolerance (docs.stripe.com/webhooks), kept in
# both directions, because the library lets the future pass.
TOLERANCE = 300

# Built once: to build a statement costs more than to run it. SQLite understands PostgreSQL's ON CONFLICT as it is.
_EVENTS: Any = StripeEvent.__table__
_ADD = postgresql.insert(_EVENTS).on_conflict_do_nothing(index_elements=["event_id"]).returning(_EVENTS.c.id)


class NotFromStripe(DomainError):
    """The delivery is not signed by any secret we share with Stripe, or its time stamp is stale or from the future."""


class WrongTime(NotFromStripe):
    """The delivery is signed with our secret, but at a time that is not ours: one of the two clocks is wrong."""


class UnreadableEvent(DomainError):
    """The delivery is signed but is not an event as Stripe writes them."""


class WrongMode(DomainError):
    """A test event came to live books, or a live event to test books."""


class NotApplied(DomainError):
    """A delivery could not be applied; its message says why in words that may be stored."""


class NotThere(DomainError):
    """No event with this id was ever taken in; catching up may bring it."""


class EventErased(DomainError):
    """What the event said was erased with the donor it was about."""


class Outcome(Enum):
    """What applying an event came to."""

    APPLIED = APPLIED
    PENDING = PENDING
    IGNORED = IGNORED


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified delivery: the raw bytes as they came, and what they say."""

    raw: bytes
    news: News


def verify(raw: bytes, signature: str, *, secrets: Sequence[str], live: bool) -> Delivery:
    """Check a delivery's signature on its raw bytes against every secret (there are two while one is rolled), then
    its time and its mode, and read it.

    Raises `NotFromStripe`, `WrongTime`, `UnreadableEvent` or `WrongMode`.
    """
    if not any(_signed(raw, signature, secret) for secret in secrets):
        raise NotFromStripe("the signature does not fit, or its time stamp is out of bounds")
    if abs(_stamp(signature) - clock.now().timestamp()) > TOLERANCE:
        raise WrongTime("the signature fits, but its time stamp is out of bounds")
    try:
        body = json.loads(raw)
        if str(body.get("object")).startswith("v2."):
            raise UnreadableEvent("this endpoint takes no thin events: set its payload style to snapshot")
        news = News(body)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableEvent("the delivery is not an event of the kind this endpoint takes") from error
    if news.livemode is not live:
        raise WrongMode("a test event for live books" if live else "a live event for test books")
    return Delivery(raw, news)


def _signed(raw: bytes, signature: str, secret: str) -> bool:
    """Whether the signature fits, at whatever time it was made."""
    try:
        WebhookSignature.verify_header(raw.decode(), signature, secret, tolerance=None)
    except (SignatureVerificationError, ValueError, TypeError):
        # The library answers a signature that is not ASCII with a TypeError.
        return False
    return True


def _stamp(signature: str) -> int:
    """The time of a signature that fits, in Unix seconds: its first time stamp is the one that was signed."""
    return int(next(part.removeprefix("t=") for part in signature.split(",") if part.startswith("t=")))


def take_in(delivery: Delivery, apply: Callable[[News], Outcome]) -> Outcome | None:
    """Store a delivery and apply it; `None` when the event was stored before. One that says something else than what
    was stored under its id is not applied, but noted as a contradiction.

    The caller commits, and answers 200 only after that. Raises `NotApplied`: then the caller undoes everything and
    calls `put_by` instead, which costs less than a savepoint around every delivery (docs/performance.md).
    """
    event_id = _store(delivery, Outcome.APPLIED)
    if event_id is None:
        _compare(delivery)
        return None
    try:
        outcome = apply(delivery.news)
    except Exception as failure:
        raise NotApplied(in_words(failure)) from failure
    if outcome is not Outcome.APPLIED:
        db.session.execute(update(StripeEvent).where(StripeEvent.id == event_id).values(state=outcome.value))
    return outcome


def _compare(delivery: Delivery) -> None:
    """Note what a second delivery says otherwise than the first. One whose body was erased cannot be compared."""
    known = db.session.scalar(select(StripeEvent.body).where(StripeEvent.event_id == delivery.news.event_id))
    if not known or known == delivery.raw:
        return
    differing = contradiction.fields_that_differ(json.loads(known), json.loads(delivery.raw))
    if differing:
        digest = hashlib.sha256(differing.encode() + delivery.raw).hexdigest()
        contradiction.note(contradiction.EVENT, delivery.news.event_id, f"other than before: {differing}", digest)


def put_by(delivery: Delivery, why: NotApplied) -> None:
    """Store a delivery that could not be applied: it is pending, with its error, for the worker. The caller commits."""
    _store(delivery, Outcome.PENDING, str(why))


def apply_again(event_id: str) -> None:
    """Make a stored event pending, to be applied once more at once; what is in the books already posts nothing twice.
    The caller commits. Raises `NotThere` or `EventErased`."""
    stored = db.session.scalars(select(StripeEvent).where(StripeEvent.event_id == event_id)).one_or_none()
    if stored is None:
        raise NotThere(f"there is no event {event_id} here")
    if not stored.body:
        raise EventErased(f"what {event_id} said was erased with the donor it was about")
    stored.state, stored.next_try_at, stored.leased_until = PENDING, None, None
    db.session.flush()


def _store(delivery: Delivery, state: Outcome, error: str | None = None) -> int | None:
    """The new row's id, or `None` for an event that is there already."""
    news = delivery.news
    stored: int | None = db.session.scalar(
        _ADD,
        {
            "event_id": news.event_id,
            "type": news.type,
            "api_version": news.api_version,
            "created_at": clock.from_timestamp(news.created),
            "received_at": clock.now(),
            "about": news.about,
            "body": delivery.raw,
            "body_sha256": hashlib.sha256(delivery.raw).hexdigest(),
            "state": state.value,
            "attempts": 0,
            "last_error": error,
        },
    )
    return stored


def about(names: Iterable[str]) -> list[int]:
    """The events whose body mentions any of these names (references, Stripe's ids, an email address).

    Every body is looked through, because nothing else says whom an event is about; that is slow, and rarely asked.
    """
    wanted = sorted({json.dumps(name)[1:-1] for name in names if name} | {name for name in names if name})
    if not wanted:
        return []
    holds = or_(*(_holds(name.encode()) for name in wanted))
    return list(db.session.scalars(select(StripeEvent.id).where(holds).order_by(StripeEvent.id)))


def still_pending(ids: list[int]) -> bool:
    """Whether any of these events has not been applied yet."""
    pending = set(db.session.scalars(select(StripeEvent.id).where(StripeEvent.state == PENDING)))
    return not pending.isdisjoint(ids)


def forget(ids: list[int], *, by: str) -> None:
    """Erase the bodies of these events, none of which is pending; the caller commits.

    One that was ignored counts as applied from now on: no later release can read it any more.
    """
    erasure.record("event", ids, by=by)
    for event_id in ids:
        db.session.execute(update(StripeEvent).where(StripeEvent.id == event_id).values(body=b"", last_error=None))
        db.session.execute(
            update(StripeEvent).where(StripeEvent.id == event_id, StripeEvent.state == IGNORED).values(state=APPLIED)
        )


def _holds(name: bytes) -> ColumnElement[bool]:
    found = func.instr if db.engine.dialect.name == "sqlite" else func.pg_catalog.position
    return found(StripeEvent.body, name) > 0
