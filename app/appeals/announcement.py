"""Reading the event that an archive article announces right under its headline: its day, its hours, its place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app import clock
from app.appeals import event_day, event_hours, event_place
from app.appeals.event_day import EventDay
from app.appeals.event_hours import EventHours

_SEPARATORS = " ,;:.–—-"


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event: instants in UTC, `ends_at` only where it is said; with `all_day` only the local days are known."""

    starts_at: datetime
    ends_at: datetime | None
    all_day: bool
    place: str | None
    directions: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """The event, how many lines it took, a line that must stay in the text too, and what looked odd on which line."""

    announcement: Announcement
    lines: int
    kept: str | None
    oddities: tuple[tuple[int, str], ...]


def read(lines: Sequence[str], posted_on: date) -> Found | None:
    """The event that `lines`, which follow the headline, begin with; `None` without one.

    A day alone is an event only when it had not passed on the day of posting: otherwise it dates a report.
    Raises `ValueError` when the first line is a date that no calendar has.
    """
    early = event_hours.read(lines[0]) if lines else None
    day = event_day.read(early.rest.lstrip(_SEPARATORS) if early else lines[0], posted_on) if lines else None
    if day is None:
        return None
    used, rest, kept = 1, _after(day.rest), None
    hours = early or event_hours.read(rest)
    if hours and not early:
        rest = _after(hours.rest)
    elif not hours and not rest and len(lines) > 1 and (hours := event_hours.read(lines[1])):
        used, rest = 2, _after(hours.rest)
    oddities = [(0, oddity) for oddity in day.oddities]
    if hours:
        oddities += [(used - 1, oddity) for oddity in hours.oddities]
    else:
        oddities.append((0, "no time of day was understood: it is read as all day"))
    if rest and not event_place.looks_like_one(rest, expected=hours is not None):
        if not hours:
            return None
        oddities.append((used - 1, f"'{rest}' was not understood: the line stays in the text as well"))
        rest, kept = "", lines[used - 1]
    place, directions = event_place.split(rest)
    following = lines[used:]
    if not rest and following and event_place.looks_like_one(following[0], expected=hours is not None and not kept):
        place, directions = event_place.split(following[0])
        following = following[1:]
    if not directions and following and event_place.only_says_the_way(following[0]):
        directions = event_place.split(following[0])[1]
        following = following[1:]
    if (day.last or day.first) < posted_on:
        if not (hours or place):
            return None
        oddities.append((0, "the event was before the article was posted"))
    event = Announcement(*_instants(day, hours), place=place or None, directions=directions or None)
    return Found(event, len(lines) - len(following), kept, tuple(oddities))


def _after(rest: str) -> str:
    """What follows a day or a time on its line, without what sets it off."""
    return rest.lstrip(_SEPARATORS).removeprefix("at ")


def _instants(day: EventDay, hours: EventHours | None) -> tuple[datetime, datetime | None, bool]:
    """When it starts, when it ends if that is said, and whether only the days are known."""
    last = day.last or day.first
    if hours is None or hours.start is None:
        return _wall_clock(day.first, 0), _wall_clock(last, 0) if day.last else None, True
    ends_at = None if hours.end is None else _wall_clock(last, hours.end)
    return _wall_clock(day.first, hours.start), ends_at, False


def _wall_clock(day: date, minutes: int) -> datetime:
    """The instant at which clocks in the local zone show so many minutes into the day; it may be the next day."""
    return (datetime.combine(day, time(), clock.local_zone()) + timedelta(minutes=minutes)).astimezone(UTC)
