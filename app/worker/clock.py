"""Duties that belong to a clock rather than to a row: each has a row of its own that says when it is due next.

Sealing the books: every few minutes, whatever has been committed since is appended to the chain.

Donors: gifts are given theirs every few seconds, beside the path on which they are settled.

What the treasurer is sent by the clock: the nightly statement, and alarms when something is wrong.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, Text, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, limits
from app.bank import statement
from app.config import Settings
from app.database import Base, db, writing
from app.donations.donors import donor_list
from app.donations.plans import links, planning
from app.errors import in_words
from app.ledger import seals
from app.offline import promises
from app.reconciliation import alarms, daily_statement
from app.reconciliation.verification.checks import SEALED
from app.staff import unsent
from app.worker.duties import LEASE, HeldRow

log = logging.getLogger(__name__)

# How soon a duty is tried again that failed; one whose worker died at it is due again when its lease has run out.
AGAIN = timedelta(minutes=15)


class ScheduledDuty(Base):
    """One such duty: when it ran last, and when it is due next; whoever moves `next_run_at` on is the one to run it,
    and goes on moving it for as long as that takes."""

    __tablename__ = "scheduled_duties"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_run_at: Mapped[datetime | None]
    next_run_at: Mapped[datetime]
    last_error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Regularly:
    """Something to do every so often, by one worker however many there are. `perform` opens its own writing units.

    It is due again after `every` once it has been done; when it failed, or its worker died at it, soon.
    """

    name: str
    every: timedelta
    perform: Callable[[], None]

    def work_once(self) -> bool:
        """Do it if it is due; always False, because there is never a second one waiting."""
        lease = self._claim()
        if lease is None:
            return False
        try:
            with lease:
                self.perform()
        except Exception as failure:
            log.warning("%s could not be done: %s", self.name, in_words(failure))
            again = clock.now() + min(self.every, AGAIN)
            self._end(lease, next_run_at=again, last_error=in_words(failure))
        else:
            moment = clock.now()
            self._end(lease, last_run_at=moment, next_run_at=moment + self.every, last_error=None)
        finally:
            db.session.remove()
        return False

    def _claim(self) -> HeldRow | None:
        moment = clock.now()
        due_at = db.session.scalar(select(ScheduledDuty.next_run_at).where(ScheduledDuty.name == self.name))
        if due_at is not None and due_at > moment:
            return None
        until = moment + LEASE
        with writing():
            db.session.execute(
                postgresql.insert(ScheduledDuty).values(name=self.name, next_run_at=moment).on_conflict_do_nothing()
            )
            claimed = db.session.execute(
                update(ScheduledDuty)
                .where(ScheduledDuty.name == self.name, ScheduledDuty.next_run_at <= moment)
                .values(next_run_at=until)
                .returning(ScheduledDuty.name)
            ).first()
        return (
            HeldRow(ScheduledDuty.name == self.name, ScheduledDuty.next_run_at, until) if claimed is not None else None
        )

    def _end(self, lease: HeldRow, **outcome: Any) -> None:
        """Write down what came of it. Where the lease was lost, another worker is at it: nothing is said."""
        db.session.rollback()
        with writing():
            db.session.execute(update(ScheduledDuty).where(lease.ours()).values(**outcome))


def forget_attempts() -> None:
    """Delete what is older than a day of who tried what and of banks' files that nobody took in, links and unsent
    forms whose hour is over: none is kept for long."""
    with writing():
        limits.forget(clock.now() - timedelta(days=1))
        links.forget()
        unsent.forget_old()
        statement.forget_uploads()


def receive_cheques() -> None:
    """Receive the post-dated cheques whose day has come."""
    with writing():
        promises.cheques_come_due("clock")


def ask_donors() -> None:
    """Ask the donors of monthly gifts whose appeal has ended what these shall serve, once for each end."""
    with writing():
        planning.ask_donors_of_ended_appeals()


ENDED_APPEALS = Regularly("plans-of-ended-appeals", timedelta(hours=6), ask_donors)
CHEQUES = Regularly("post-dated-cheques", timedelta(hours=1), receive_cheques)
HOUSEKEEPING = Regularly("forget-attempts", timedelta(hours=1), forget_attempts)


def seal() -> None:
    """Seal what is not sealed yet, in runs of bounded size."""
    while True:
        with writing():
            sealed = seals.seal_all(SEALED)
        if not sealed:
            return


SEALS = Regularly("seal", timedelta(minutes=2), seal)


def attach() -> None:
    """Give every received gift its donor, a run at a time."""
    attached = 1
    while attached:
        with writing():
            attached = donor_list.attach()


DONORS = Regularly("donors", timedelta(seconds=5), attach)


_LOOK_EVERY = timedelta(minutes=10)


def regularly(settings: Settings) -> list[Regularly]:
    """The duties of telling the treasurer, whose address must be set; without it there is nobody to tell."""
    if settings.treasurer_email is None:
        return []
    return [Regularly("statement", _LOOK_EVERY, _state), Regularly("watch", _LOOK_EVERY, _watch)]


def _state() -> None:
    """Yesterday's statement is due as soon as yesterday is over where the books are kept; it is sent once."""
    with writing():
        daily_statement.ask(clock.today() - timedelta(days=1))


def _watch() -> None:
    with writing():
        alarms.watch()
