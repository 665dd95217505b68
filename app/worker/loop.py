"""The worker's loop: do whatever is due until nothing is, then wait a moment and look again."""

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db

log = logging.getLogger(__name__)

# Seconds between two looks when nothing was due: what a webhook leaves pending is taken up at once, as people see it.
PAUSE = 0.2
# Seconds before the next look when the database itself is away.
PAUSE_AFTER_FAILURE = 3.0


class Work(Protocol):
    """Anything the loop can ask whether there is something to do."""

    def work_once(self) -> bool:
        """Do one piece of what is due; False when there is none left."""
        ...


def do_all_due(duties: Sequence[Work], stop: threading.Event | None = None) -> int:
    """Do what is due now, one row of each duty in turn so that none starves another; how many rows that was.

    Once `stop` is set no further row is begun.
    """
    done, busy = 0, True
    while busy:
        busy = False
        for duty in duties:
            if stop is not None and stop.is_set():
                break
            if duty.work_once():
                done, busy = done + 1, True
    db.session.remove()
    return done


def work_until(stop: threading.Event, duties: Sequence[Work]) -> None:
    """Work until `stop` is set; the row in hand is finished first. A database that goes away is waited for."""
    while not stop.is_set():
        try:
            if not do_all_due(duties, stop):
                stop.wait(PAUSE)
        except (SQLAlchemyError, OSError) as failure:
            log.warning("the database cannot be worked with: %s; trying again", type(failure).__name__)
            db.session.remove()
            stop.wait(PAUSE_AFTER_FAILURE)
