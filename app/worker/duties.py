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
from app.errors import DomainError, in_words
from app.extensions import db
from app.worker.lease import LEASE, Lease
from app.writing import writing

__all__ = ["LEASE", "Duty"]

log = logging.getLogger(__name__)

_FIRST_WAIT, _LONGEST_WAIT, _WAIT_WHEN_FINAL = timedelta(seconds=2), timedelta(hours=1), timedelta(days=1)


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
        lease = self._claim()
        if lease is None:
            return False
        try:
            with lease:
                self.perform(lease.row_id)
        except Exception as failure:
            log.warning("%s %s could not be done: %s", self.name, lease.row_id, in_words(failure))
            self._put_off(lease, failure)
        else:
            self._end(lease, next_try_at=None, last_error=None)
        finally:
            db.session.remove()
        return True

    def _claim(self) -> Lease | None:
        model, moment = self.model, clock.now()
        ready = [
            self.due,
            or_(model.next_try_at.is_(None), model.next_try_at <= moment),
            or_(model.leased_until.is_(None), model.leased_until <= moment),
        ]
        # A look without the writer's turn first: most of the time nothing is due.
        if db.session.scalar(select(model.id).where(*ready).limit(1)) is None:
            return None
        until = moment + LEASE
        with writing():
            row_id: int | None = db.session.scalar(
                select(model.id).where(*ready).order_by(model.id).limit(1).with_for_update(skip_locked=True)
            )
            if row_id is not None:
                db.session.execute(
                    update(model).where(model.id == row_id).values(leased_until=until, attempts=model.attempts + 1)
                )
        return None if row_id is None else Lease(model, row_id, until)

    def _put_off(self, lease: Lease, failure: Exception) -> None:
        """Try again later, and later each time; what is final is tried once a day, in case somebody has mended it."""
        db.session.rollback()
        attempts = db.session.scalar(select(self.model.attempts).where(self.model.id == lease.row_id)) or 1
        wait = min(_FIRST_WAIT * 2 ** min(attempts - 1, 12), _LONGEST_WAIT)
        if isinstance(failure, DomainError) and failure.final:
            wait = _WAIT_WHEN_FINAL
        self._end(lease, next_try_at=clock.now() + wait, last_error=in_words(failure))

    def _end(self, lease: Lease, **outcome: Any) -> None:
        """Give the row back with what came of it. Where the lease was lost, another worker has it: nothing is said."""
        db.session.rollback()
        with writing():
            db.session.execute(update(self.model).where(lease.ours()).values(leased_until=None, **outcome))
