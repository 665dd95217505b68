"""POST /webhooks/stripe: verified on the raw bytes, stored and applied in one commit, answered after it.

Deliveries that were refused are counted, so that the treasurer hears of a wrong clock or a wrong secret.
"""

import logging
from datetime import datetime, timedelta

from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.database import writing
from app.donations import stripe_news
from app.errors import DomainError, in_words
from app.payments import inbox
from app.reconciliation import alarms
from app.services import services
from app.web.fields import csrf

# Anybody can call, so each process counts at most one refusal of a kind in this time: the count says "at least".
_AT_MOST_EVERY = timedelta(seconds=10)
_counted_at: dict[type, datetime] = {}


def note(refusal: DomainError, secret: str) -> None:
    """Count a refused delivery; `secret` is the site's own, which keys the count. Never raises."""
    moment, kind = clock.now(), type(refusal)
    if moment - _counted_at.get(kind, datetime.min.replace(tzinfo=moment.tzinfo)) < _AT_MOST_EVERY:
        return
    _counted_at[kind] = moment
    try:
        with writing():
            alarms.count_refusal(refusal, secret)
    except (SQLAlchemyError, OSError):
        log.warning("a refused delivery could not be counted")


log = logging.getLogger(__name__)
bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")

# Stripe's events are a few kilobytes; nothing larger is read.
_LARGEST = 512 * 1024


def register(app: Flask) -> None:
    """Register the webhook. A signature stands in for CSRF protection; nothing here is ever cached."""
    csrf.exempt(bp)
    app.register_blueprint(bp)


@bp.post("/stripe")
def stripe() -> ResponseReturnValue:
    """Take in one delivery. 400 for what is not Stripe's, 503 when it could not be kept, so that it is sent again."""
    settings = services().settings
    request.max_content_length = _LARGEST
    try:
        delivery = inbox.verify(
            request.get_data(),
            request.headers.get("Stripe-Signature", ""),
            secrets=settings.stripe_webhook_secrets,
            live=settings.live,
        )
    except (inbox.NotFromStripe, inbox.UnreadableEvent, inbox.WrongMode) as refusal:
        log.warning("a webhook delivery was refused: %s", refusal)
        note(refusal, settings.secret_key)
        return str(refusal), 400
    try:
        _keep(delivery)
    except (SQLAlchemyError, OSError) as failure:
        log.error("event %s was not kept (%s); it will be sent again", delivery.news.event_id, in_words(failure))
        return "not kept, send it again", 503
    return "", 200


def _keep(delivery: inbox.Delivery) -> None:
    """Store a delivery and apply it in one commit, or, when it cannot be applied, store it for the worker."""
    try:
        with writing():
            inbox.take_in(delivery, stripe_news.apply)
    except inbox.NotApplied as failure:
        log.warning("event %s could not be applied yet: %s", delivery.news.event_id, failure)
        with writing():
            inbox.put_by(delivery, failure)
