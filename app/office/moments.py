"""Days and times of day as editors type them or their browsers send them, in the local zone."""

import re
from datetime import UTC, date, datetime, time

from app import clock

# The years that the archive has pages for.
_YEARS = range(1900, 2100)
_DAYS = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)", re.A),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})", re.A),
)
_TIME = re.compile(r"(?P<h>\d{1,2})[:.](?P<m>\d\d)(?::00)?", re.A)


def day(text: str) -> date:
    """The day that was typed: '2026-12-01', as browsers send it, or '1/12/2026'. Raises `ValueError`."""
    match = next(filter(None, (pattern.fullmatch(text) for pattern in _DAYS)), None)
    if match is None or int(match["y"]) not in _YEARS:
        raise ValueError("not a day")
    return date(int(match["y"]), int(match["m"]), int(match["d"]))


def time_of_day(text: str) -> time:
    """The time that was typed on a clock of 24 hours: '19:30' or '19.30'. Raises `ValueError`."""
    match = _TIME.fullmatch(text)
    if match is None:
        raise ValueError("not a time")
    return time(int(match["h"]), int(match["m"]))


def instant(on: date, at: time = time()) -> datetime:
    """The instant in UTC at which a local clock shows that day and time."""
    return datetime.combine(on, at, clock.local_zone()).astimezone(UTC)


def typed_day(moment: datetime | None) -> str:
    """An instant's local day as a day field holds it; empty without one."""
    return clock.local_day(moment).isoformat() if moment else ""


def typed_time(moment: datetime | None) -> str:
    """An instant's local time as a time field holds it; empty without one."""
    return f"{clock.local(moment):%H:%M}" if moment else ""
