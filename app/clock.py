"""The one clock: aware instants in UTC for the machine, local days where people read or account for them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_local_zone = ZoneInfo("Europe/London")
_ahead = timedelta(0)


def use_local_zone(zone: ZoneInfo) -> None:
    """Set the zone of this process's local days; the composition calls it once, with the setting TIMEZONE."""
    global _local_zone
    _local_zone = zone


def local_zone() -> ZoneInfo:
    """The zone in which people read times and the books count days."""
    return _local_zone


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC) + _ahead


def tell(moment: datetime | None) -> None:
    """Make it `moment` in this process, and let time run on from there; without one, the real time again.

    For the example's year alone, which happens on days that are over (`app/cli/example/`): nothing else calls it.
    """
    global _ahead
    _ahead = timedelta(0) if moment is None else moment - datetime.now(UTC)


def from_timestamp(seconds: int) -> datetime:
    """The aware UTC instant of Unix `seconds`, as Stripe writes its times."""
    return datetime.fromtimestamp(seconds, UTC)


def local(instant: datetime) -> datetime:
    """The same instant as a wall clock in the local zone shows it."""
    return instant.astimezone(_local_zone)


def local_day(instant: datetime) -> date:
    """The local calendar day of an instant: 00:30 British Summer Time on 1 July is 1 July, not 30 June."""
    return local(instant).date()


def today() -> date:
    """The present local day."""
    return local_day(now())
