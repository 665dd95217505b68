"""Duties: rows that say themselves that something is due. One is claimed at a time, with a lease, and done.

The state that says what is due is the queue, so it cannot disagree with the books and survives any kill. On
PostgreSQL any number of workers share the rows (FOR UPDATE SKIP LOCKED); a worker that dies leaves a lease behind,
and when it has run out another takes the row up.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from app import clock
from app.errors import DomainError
from app.extensions import db
from app.writing import writing

log = logging.getLogger(__name__)

# Longer than any one step may take: every network call and every rendering has a shorter time-out of its own.
LEASE = timedelta(minutes=3)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=2), timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of work: the table whose rows are due, the condition that says so, and how one row's work is done.

    `model` has the columns attempts, next_try_at, leased_until and last_error. `perform` is given a row's id; it
    opens its own writing units, holds no transaction across the network, and leaves the row no longer due.
    """

    name: str
    model: Any
    due: ColumnElement[bool]
    perform: Callable[[int], None]

    def work_once(self) -> bool:
        """Claim one row that is due and do its work; False when none is. A failure is recorded and tried again."""
        row_id = self._claim()
        if row_id is None:
            return False
        try:
            self.perform(row_id)
        except Exception as failure:
            log.warning("%s %s could not be done: %s", self.name, row_id, _in_words(failure))
            self._put_off(row_id, failure)
        else:
            with writing():
                db.session.execute(
                    update(self.model)
                    .where(self.model.id == row_id)
                    .values(leased_until=None, next_try_at=None, last_error=None)
                )
        finally:
            db.session.remove()
        return True

    def _claim(self) -> int | None:
        model, moment = self.model, clock.now()
        ready = [
            self.due,
            or_(model.next_try_at.is_(None), model.next_try_at <= moment),
            or_(model.leased_until.is_(None), model.leased_until <= moment),
        ]
        # A look without the writer's turn first: most of the time nothing is due.
        if db.session.scalar(select(model.id).where(*ready).limit(1)) is None:
            return None
        with writing():
            row_id: int | None = db.session.scalar(
                select(model.id).where(*ready).order_by(model.id).limit(1).with_for_update(skip_locked=True)
            )
            if row_id is not None:
                db.session.execute(
                    update(model)
                    .where(model.id == row_id)
                    .values(leased_until=moment + LEASE, attempts=model.attempts + 1)
                )
        return row_id

    def _put_off(self, row_id: int, failure: Exception) -> None:
        db.session.rollback()
        model = self.model
        with writing():
            attempts = db.session.scalar(select(model.attempts).where(model.id == row_id)) or 1
            wait = min(_FIRST_WAIT * 2 ** min(attempts - 1, 12), _LONGEST_WAIT)
            # Where the lease has run out, another worker may have done the row meanwhile: nothing is put off then.
            db.session.execute(
                update(model)
                .where(model.id == row_id, self.due)
                .values(leased_until=None, next_try_at=clock.now() + wait, last_error=_in_words(failure))
            )


def _in_words(failure: Exception) -> str:
    """An error as it may be stored and shown: a library's own message may quote personal data, ours never does."""
    kind = type(failure).__name__
    return f"{kind}: {failure}" if isinstance(failure, DomainError) else kind
