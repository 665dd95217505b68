"""Duties that belong to a clock rather than to a row: each has a row of its own that says when it is due next."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, limits
from app.donations import plan_links
from app.extensions import Base, db
from app.writing import writing

log = logging.getLogger(__name__)


class Clockwork(Base):
    """One such duty: when it ran last, and when it is due next; whoever moves `next_run_at` on is the one to run it."""

    __tablename__ = "clockwork"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_run_at: Mapped[datetime | None]
    next_run_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class Regularly:
    """Something to do every so often, by one worker however many there are. `perform` opens its own writing units."""

    name: str
    every: timedelta
    perform: Callable[[], None]

    def work_once(self) -> bool:
        """Do it if it is due; always False, because there is never a second one waiting."""
        if self._claim():
            try:
                self.perform()
            except Exception as failure:
                log.warning("%s could not be done: %s", self.name, type(failure).__name__)
            finally:
                db.session.remove()
        return False

    def _claim(self) -> bool:
        moment = clock.now()
        due_at = db.session.scalar(select(Clockwork.next_run_at).where(Clockwork.name == self.name))
        if due_at is not None and due_at > moment:
            return False
        with writing():
            dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
            db.session.execute(
                dialect.insert(Clockwork).values(name=self.name, next_run_at=moment).on_conflict_do_nothing()
            )
            claimed = db.session.execute(
                update(Clockwork)
                .where(Clockwork.name == self.name, Clockwork.next_run_at <= moment)
                .values(last_run_at=moment, next_run_at=moment + self.every)
                .returning(Clockwork.name)
            ).first()
        return claimed is not None


def forget_attempts() -> None:
    """Delete what is older than a day of who tried what, and links whose hour is over: neither is kept for long."""
    with writing():
        limits.forget(clock.now() - timedelta(days=1))
        plan_links.forget()


HOUSEKEEPING = Regularly("forget-attempts", timedelta(hours=1), forget_attempts)
