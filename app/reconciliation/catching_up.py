"""Catching up: which of the events that Stripe lists the books have never heard of."""

import json
from typing import Any

from sqlalchemy import select

from app.database import db
from app.payments.inbox import Delivery, News, StripeEvent


def missing_events(bodies: list[dict[str, Any]], *, live: bool) -> list[Delivery]:
    """Those of Stripe's events that were never stored, oldest first, as if they had just been delivered. What is no
    event of ours, or of the other mode, is passed over."""
    deliveries = [Delivery(json.dumps(body, ensure_ascii=False).encode(), News(body)) for body in bodies]
    names = [each.news.event_id for each in deliveries]
    known = set(db.session.scalars(select(StripeEvent.event_id).where(StripeEvent.event_id.in_(names))))
    missing = [each for each in deliveries if each.news.event_id not in known and each.news.livemode is live]
    return sorted(missing, key=lambda each: (each.news.created, each.news.event_id))
