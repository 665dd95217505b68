"""Reading what an archive article begins with: its permanent number, when it was posted, its headline."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

from app import clock
from app.appeals import event_day, event_hours
from app.appeals.archive_lines import Line, Unreadable

LINES = 3
_LARGEST_NUMBER = 2**31 - 1
_LONGEST_HEADLINE = 300
_ADDRESS = re.compile(r"(?:link to this page\s*:\s*)?\S*/articles?/(?P<number>\d{1,20})/?(?:[?#]\S*)?", re.I | re.A)
_POSTED = re.compile(r"posted(?:\s+on)?\s*:?\s+(?P<when>.+?)(?:\s+(?P<zone>GMT|UTC|BST))?\.?", re.IGNORECASE)
_ZONES: dict[str, tzinfo] = {"GMT": UTC, "UTC": UTC, "BST": timezone(timedelta(hours=1))}


@dataclass(frozen=True, slots=True)
class Head:
    """The first three lines, understood; `posted_at` is an instant in UTC."""

    number: int
    posted_at: datetime
    headline: str


def read(lines: Sequence[Line]) -> Head:
    """Read the first three lines of an article. Raises `Unreadable`."""
    expected = ("the link, such as 'Link to this page: https://…/articles/123'", "when it was posted", "the headline")
    if len(lines) < LINES:
        raise Unreadable(lines[-1].number + 1 if lines else 1, f"expected {expected[len(lines)]}, found the end")
    headline = lines[2].text
    if len(headline) > _LONGEST_HEADLINE:
        raise Unreadable(lines[2].number, f"expected a headline of at most {_LONGEST_HEADLINE} characters")
    return Head(_number(lines[0]), _posted_at(lines[1]), headline)


def _number(line: Line) -> int:
    match = _ADDRESS.fullmatch(line.text)
    if match is None:
        raise Unreadable(line.number, "expected the link, such as 'Link to this page: https://…/articles/123'")
    number = int(match["number"])
    if not 0 < number <= _LARGEST_NUMBER:
        raise Unreadable(line.number, f"expected an article's number from 1 to {_LARGEST_NUMBER}")
    return number


def _posted_at(line: Line) -> datetime:
    """The instant of 'Posted on 19 June 2012 at 12:13 GMT'; a zone is taken at its word, none means local time."""
    match = _POSTED.fullmatch(line.text)
    try:
        # The year must be written: there is nothing to take it from.
        day = event_day.read(match["when"], None) if match else None
    except ValueError as error:
        raise Unreadable(line.number, "expected a date that the calendar has") from error
    hours = event_hours.read(day.rest.lstrip(" ,").removeprefix("at ")) if day else None
    if not (match and day and hours) or day.last or hours.start is None or hours.end is not None or hours.rest.strip():
        raise Unreadable(line.number, "expected when it was posted, such as 'Posted on 19 June 2012 at 12:13 GMT'")
    zone = _ZONES[match["zone"].upper()] if match["zone"] else clock.local_zone()
    midnight = datetime.combine(day.first, time(), zone)
    return (midnight + timedelta(minutes=hours.start)).astimezone(UTC)
