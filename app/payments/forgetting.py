"""Forgetting: the raw body of an event about somebody is erased; its hash stays, with a record of the erasure."""

import json
from collections.abc import Iterable

from sqlalchemy import ColumnElement, func, or_, select, update

from app.extensions import db
from app.ledger import erasure
from app.payments.event import APPLIED, IGNORED, PENDING, StripeEvent


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
