"""What the treasurer is sent by the clock: the nightly statement, and alarms when something is wrong."""

from datetime import timedelta

from app import clock
from app.config import Settings
from app.reconciliation import alarms, daily_statement
from app.worker.clockwork import Regularly
from app.writing import writing

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
