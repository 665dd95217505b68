"""A stored event: what Stripe told us, byte for byte, and what became of it.

Forgetting: the raw body of an event about somebody is erased; its hash stays, with a record of the erasure.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, LargeBinary, String, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, DueWork, Key, db, partial_index
from app.ledger import erasure

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


def about(names: Iterable[str]) -> list[int]:
    """The events whose body mentions any of these names (references, Stripe's ids, an e-mail address).

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
