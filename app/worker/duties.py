"""Duties: rows that say themselves that something is due. One is claimed at a time, with a lease, and done.

The state that says what is due is the queue, so it cannot disagree with the books and survives any kill. On
PostgreSQL any number of workers share the rows (FOR UPDATE SKIP LOCKED); a worker that dies leaves a lease behind,
and when it has run out another takes the row up.

A lease on a row: while its work goes on it is renewed, and when the worker dies it runs out by itself.

The worker's loop: do whatever is due until nothing is, then wait a moment and look again.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Protocol, Self

from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from app import clock
from app.database import db, writing
from app.errors import DomainError, in_words

LEASE = timedelta(minutes=3)
# Renewed well before it runs out, so that a database that is slow for a moment costs nothing.
RENEWED_EVERY = timedelta(minutes=1)


class HeldRow:
    """Our right to work on one row: the instant in its column `until_column` is the one that we wrote there. When
    something else stands there, the row is not ours."""

    def __init__(self, row: ColumnElement[bool], until_column: Any, until: datetime) -> None:
        """`row` names the row; `until` has just been written into it."""
        self.row, self.until_column, self.until = row, until_column, until
        self._app = current_app._get_current_object()  # type: ignore[attr-defined] # how Flask passes it to threads
        self._over = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="lease", daemon=True)

    def ours(self) -> ColumnElement[bool]:
        """The condition that the row is still leased to us."""
        return and_(self.row, self.until_column == self.until)

    def __enter__(self) -> Self:
        """Renew it from now on."""
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop renewing it."""
        self._over.set()
        self._keeper.join()

    def _keep(self) -> None:
        while not self._over.wait(RENEWED_EVERY.total_seconds()):
            with self._app.app_context():
                try:
                    self.renew()
                except (SQLAlchemyError, OSError):
                    # The next try may succeed; if none does, the lease runs out as it should.
                    continue

    def renew(self) -> None:
        """Lengthen it, if it is still ours."""
        longer = clock.now() + LEASE
        with writing():
            renewed = db.session.execute(
                update(self.until_column.class_)
                .where(self.ours())
                .values({self.until_column: longer})
                .returning(self.until_column)
            ).first()
        if renewed is not None:
            self.until = longer


class Lease(HeldRow):
    """A lease on a row of a duty, which is found by its id and says `leased_until`."""

    def __init__(self, model: Any, row_id: int, until: datetime) -> None:
        """`until` has just been written into the row."""
        super().__init__(model.id == row_id, model.leased_until, until)
        self.row_id = row_id


log = logging.getLogger(__name__)

_FIRST_WAIT, _LONGEST_WAIT, _WAIT_WHEN_FINAL = timedelta(seconds=2), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Duty:
    """One kind of work: the table whose rows are due, the condition that says so, and how one row's work is done.

    `model` is a `DueWork` with an id. `perform` is given a row's id; it
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
    """Work until `stop` is set; the row being worked on is finished first. A database that goes away is waited for."""
    while not stop.is_set():
        try:
            if not do_all_due(duties, stop):
                stop.wait(PAUSE)
        except (SQLAlchemyError, OSError) as failure:
            log.warning("the database cannot be worked with: %s; trying again", type(failure).__name__)
            db.session.remove()
            stop.wait(PAUSE_AFTER_FAILURE)
