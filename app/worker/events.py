"""Following up Stripe's events: what an event's body left open is looked up at Stripe and booked."""

import json

from sqlalchemy import select, update

from app.database import db, writing
from app.donations import stripe_news
from app.payments.inbox import APPLIED, IGNORED, PENDING, News, Outcome, StripeEvent
from app.services import Gateway
from app.worker.duties import Duty


def duty(gateway: Gateway) -> Duty:
    """The duty of following up pending events."""

    def follow_up(row_id: int) -> None:
        body = db.session.scalar(select(StripeEvent.body).where(StripeEvent.id == row_id))
        db.session.rollback()
        news = News(json.loads(body or b"{}"))
        with writing():
            # By now another event may have brought what this one waited for: then there is nothing to ask.
            outcome = stripe_news.apply(news)
            if outcome is not Outcome.PENDING:
                _set_state(row_id, outcome.value)
                return
        found = stripe_news.look(news, gateway)
        with writing():
            stripe_news.book(found)
            _set_state(row_id, APPLIED)

    return Duty("event", StripeEvent, StripeEvent.state == PENDING, follow_up)


def take_up_ignored() -> int:
    """Make ignored events of types that this release knows pending again; how many there were. The caller commits."""
    result = db.session.execute(
        update(StripeEvent)
        .where(StripeEvent.state == IGNORED, StripeEvent.type.in_(stripe_news.known_types()))
        .values(state=PENDING, next_try_at=None)
        .returning(StripeEvent.id)
    )
    return len(result.all())


def _set_state(row_id: int, state: str) -> None:
    db.session.execute(update(StripeEvent).where(StripeEvent.id == row_id).values(state=state))
