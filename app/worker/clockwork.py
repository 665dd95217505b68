"""Duties that belong to a clock rather than to a row: each has a row of its own that says when it is due next."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, Text, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, limits
from app.banking import statement
from app.donations import plan_links
from app.errors import in_words
from app.extensions import Base, db
from app.staff import unsent
from app.writing import writing

log = logging.getLogger(__name__)

# How soon a duty is tried again that failed, or whose worker died at it; longer than any of them takes.
AGAIN = timedelta(minutes=15)


class Clockwork(Base):
    """One such duty: when it ran last, and when it is due next; whoever moves `next_run_at` on is the one to run it."""

    __tablename__ = "clockwork"

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
        if not self._claim():
            return False
        try:
            self.perform()
        except Exception as failure:
            log.warning("%s could not be done: %s", self.name, in_words(failure))
            db.session.rollback()
            self._note(last_error=in_words(failure))
        else:
            moment = clock.now()
            self._note(last_run_at=moment, next_run_at=moment + self.every, last_error=None)
        finally:
            db.session.remove()
        return False

    def _claim(self) -> bool:
        moment = clock.now()
        due_at = db.session.scalar(select(Clockwork.next_run_at).where(Clockwork.name == self.name))
        if due_at is not None and due_at > moment:
            return False
        with writing():
            db.session.execute(
                postgresql.insert(Clockwork).values(name=self.name, next_run_at=moment).on_conflict_do_nothing()
            )
            claimed = db.session.execute(
                update(Clockwork)
                .where(Clockwork.name == self.name, Clockwork.next_run_at <= moment)
                .values(next_run_at=moment + min(self.every, AGAIN))
                .returning(Clockwork.name)
            ).first()
        return claimed is not None

    def _note(self, **outcome: Any) -> None:
        with writing():
            db.session.execute(update(Clockwork).where(Clockwork.name == self.name).values(**outcome))


def forget_attempts() -> None:
    """Delete what is older than a day of who tried what and of banks' files that nobody took in, links and unsent
    forms whose hour is over: none is kept for long."""
    with writing():
        limits.forget(clock.now() - timedelta(days=1))
        plan_links.forget()
        unsent.forget_old()
        statement.forget_uploads()


HOUSEKEEPING = Regularly("forget-attempts", timedelta(hours=1), forget_attempts)
