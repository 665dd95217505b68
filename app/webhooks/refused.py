"""Deliveries that were refused are counted, so that the treasurer hears of a wrong clock or a wrong secret."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.errors import DomainError
from app.reconciliation import alarms
from app.writing import writing

log = logging.getLogger(__name__)

# Anybody can knock, so each process counts at most one refusal of a kind in this time: the count says "at least".
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
