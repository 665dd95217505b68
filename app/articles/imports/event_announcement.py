"""Reading the event that an archive article announces right under its headline: its day, its hours, its place.

Reading the day of an event as people write it above an announcement: 'Thursday 21st June 2012'.

Reading the hours of an event as people write them: '12 noon', '7.30pm to 9pm', 'all day'.

Reading the place of an event, and apart from it how to get there: 'Outside the port, nearest tube Quayside'.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from app import clock

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


def _day(which: str) -> str:
    """A pattern for '21st' or 'Thursday the 21st'; its groups end in `which`."""
    return rf"{_WEEKDAY.format(which)}(?:the\s+)?(?P<day_{which}>\d{{1,2}})(?:st|nd|rd|th)?\b"


# A word of three letters or more that begins like a name; `_named` then looks whether it is one ('Thurs', 'Sept').
_WEEKDAY = rf"(?:(?P<weekday_{{}}>(?:{'|'.join(name[:3] for name in _WEEKDAYS)})[a-z]*)\.?,?\s+)?"
_MONTH = rf"(?P<month_{{}}>(?:{'|'.join(name[:3] for name in _MONTHS)})[a-z]*)\b\.?"
_OF_FIRST, _OF_LAST = (rf"\s+(?:of\s+)?{_MONTH.format(which)}" for which in ("first", "last"))
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_FORMS = [
    re.compile(rf"(?:(?:date|when|day)\s*:\s*)?{form}", re.IGNORECASE)
    for form in (
        rf"{_day('first')}(?:{_OF_FIRST})?\s*(?:-|–|—|&|to|until|and)\s*{_day('last')}{_OF_LAST}(?:,?\s+{_YEAR})?",
        rf"{_day('first')}{_OF_FIRST}(?:,?\s+{_YEAR})?",
        rf"{_WEEKDAY.format('first')}{_MONTH.format('first')}\s+(?P<day_first>\d{{1,2}})(?:st|nd|rd|th)?,?\s+{_YEAR}",
        rf"{_WEEKDAY.format('first')}(?P<day_first>\d{{1,2}})(?P<sign>[/.])(?P<month_first>\d{{1,2}})(?P=sign){_YEAR}",
        rf"{_YEAR}-(?P<month_first>\d\d)-(?P<day_first>\d\d)\b",
    )
]
_NAME = re.compile(rf"\b(?:{'|'.join([*_WEEKDAYS, *_MONTHS])})\b", re.IGNORECASE)
_SHORT = 12  # words


@dataclass(frozen=True, slots=True)
class EventDay:
    """The first day, the last one when there are several, what follows on the line, and what looked odd."""

    first: date
    last: date | None
    rest: str
    oddities: tuple[str, ...]


def mentioned_in(line: str) -> bool:
    """Whether a short line names a weekday or a month beside a number, so that a day may be meant."""
    return len(line.split()) <= _SHORT and bool(re.search(r"\d", line)) and bool(_NAME.search(line))


def read_day(line: str, posted_on: date | None) -> EventDay | None:
    """The day or days that `line` begins with; `None` when it begins with none.

    A day without a year is the next such day from `posted_on`; without that either it is none. A weekday that does
    not fit is an oddity: the date counts. Raises `ValueError` for a date that no calendar has, such as 31 June.
    """
    match = next(filter(None, (form.match(line) for form in _FORMS)), None)
    if match is None:
        return None
    found = {"month_last": None, "day_last": None, "weekday_first": None, "weekday_last": None, **match.groupdict()}
    written = found["month_first"] or found["month_last"] or ""
    first_month, last_month = _month(written), _month(found["month_last"] or written)
    weekdays = {which: _named(found[f"weekday_{which}"] or "", _WEEKDAYS) for which in ("first", "last")}
    if posted_on is None and not found["year"]:
        return None
    if not first_month or not last_month or any(found[f"weekday_{w}"] and not weekdays[w] for w in weekdays):
        return None
    oddities: list[str] = []
    day = int(found["day_first"] or 0)
    year = int(found["year"] or (posted_on or date.min).year)
    if not found["year"] and posted_on:
        year += date(year, first_month, day) < posted_on
        oddities.append(f"the date has no year: it is read as {year}, the next one after the posting")
    last = date(year, last_month, int(found["day_last"])) if found["day_last"] else None
    first = date(year - 1 if found["year"] and first_month > last_month else year, first_month, day)
    if last and last < first:
        last = last.replace(year=last.year + 1)
    for each, number in ((first, weekdays["first"]), (last, weekdays["last"])):
        if each and number and each.isoweekday() != number:
            said, is_ = _WEEKDAYS[number - 1].title(), f"{each:%A}"
            oddities.append(f"{each.day} {each:%B %Y} is a {is_}, not a {said}: it is read as the {is_}")
    return EventDay(first, last, line[match.end() :], tuple(oddities))


def _month(text: str) -> int | None:
    """The month's number; whether the calendar has it, `date` says."""
    return int(text) if text.isdigit() else _named(text, _MONTHS)


def _named(word: str, names: tuple[str, ...]) -> int | None:
    """Which of the names, counted from 1, the word is, in full or cut short."""
    return next((n for n, name in enumerate(names, 1) if word and name.startswith(word.lower())), None)


_NOON, _MIDNIGHT, _HALF_DAY = 12 * 60, 24 * 60, 12 * 60


def _clock(which: str) -> str:
    """A pattern for one time of day; its groups end in `which`."""
    return (
        rf"(?:(?P<noon_{which}>(?:12(?:[.:]00)?\s*)?(?:noon|midday)\b)|(?P<midnight_{which}>(?:12\s*)?midnight\b)|"
        rf"(?P<hour_{which}>\d{{1,2}})(?:(?:[.:]|(?=\d\d\s*h(?:ou)?rs))(?P<minute_{which}>[0-5]\d))?(?!\d)"
        rf"(?:\s*(?P<half_{which}>[ap])\.?\s?m\b\.?)?)"
    )


_BEFORE = r"(?:(?:time|when|starts?|starting|begins?|from|at|assemble|meet|doors)\b[\s:]*)*"
_AFTER = r"(?:\s*(?<![a-z])(?:start|sharp|prompt|onwards?|hrs|hours|gmt|bst|o'clock)\b\.?)*"
_LATE = r"(?:\s*(?:-|–|—|to|until|till?)\s*late\b)?"
_ALL_DAY = re.compile(r"(?:time\s*:\s*)?all[ -]day\b", re.IGNORECASE)
_HOURS = re.compile(
    rf"{_BEFORE}{_clock('start')}(?:{_AFTER}\s*(?:-|–|—|to|until|till?)\s*{_clock('end')})?{_AFTER}{_LATE}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class EventHours:
    """Minutes from the beginning of the day; both empty for all day; then the rest of the line, and oddities."""

    start: int | None
    end: int | None
    rest: str
    oddities: tuple[str, ...] = ()


def read_hours(line: str) -> EventHours | None:
    """The hours that `line` begins with; `None` when it begins with none.

    A bare number is a time only beside one that says am, pm or noon ('7-9pm'). An end before the start is on the
    next day.
    """
    if whole := _ALL_DAY.match(line):
        return EventHours(None, None, line[whole.end() :])
    match = _HOURS.match(line)
    if match is None:
        return None
    found = match.groupdict()
    starts, ends = _meanings(found, "start"), _meanings(found, "end")
    ranged = any(found[f"{form}_end"] for form in ("noon", "midnight", "hour"))
    if not starts or (ranged and not ends):
        return None
    start, oddities = starts[0], []
    if len(starts) == 2 and len(ends) == 1:
        start = max((each for each in starts if each < ends[0]), default=starts[1])
    elif len(starts) == 2:
        if not found["minute_start"]:
            return None
        start = int(found["hour_start"] or 0) * 60 + int(found["minute_start"] or 0)
        if start < _NOON:
            oddities = [f"'{match[0].strip()}' says neither am nor pm: it is read as the morning"]
    end = min((each for each in ends if each > start), default=ends[0] + 2 * _HALF_DAY) if ranged else None
    return EventHours(start, end, line[match.end() :], tuple(oddities))


def _meanings(found: dict[str, str | None], which: str) -> list[int]:
    """The minutes of the day that a time can mean: two for '7' and '7.30', one for '7pm' and '19.30', none for '25'."""
    if found[f"noon_{which}"]:
        return [_NOON]
    if found[f"midnight_{which}"]:
        return [_MIDNIGHT]
    written, minute, half = found[f"hour_{which}"] or "99", found[f"minute_{which}"], found[f"half_{which}"]
    hour, minutes = int(written), int(minute or 0)
    both = [hour % 12 * 60 + minutes, hour % 12 * 60 + minutes + _HALF_DAY]
    if half:
        return both[half.lower() == "p" :][:1] if 1 <= hour <= 12 else []
    if minute and hour < 24 and (hour > 12 or written.startswith("0")):
        return [hour * 60 + minutes]
    return both if 1 <= hour <= 12 else []


_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_LABEL = re.compile(r"(?:venue|place|where|location)\s*:\s*", re.IGNORECASE)
_BY = r"(?:tube|underground|overground|metro|tram|bus|dlr|train|rail(?:way)?|station)"
_WAY = re.compile(
    rf"(?:^|[\s,;:.–—-]*[,;:.(–—-]\s*)(?P<way>(?:nearest\s+{_BY}\b|{_BY}(?:\s+station)?\s*:|nearest\s*:).*)",
    re.IGNORECASE,
)
_OPENING = re.compile(r"(?:outside|inside|at|in|meet|assemble|opposite|near|corner of)\b", re.IGNORECASE)
_EVENT_PLACE_SHORT = 8  # words


def looks_like_one(line: str, *, expected: bool) -> bool:
    """Whether a line reads as a place rather than as the beginning of a text.

    `expected` says that a time stood before it, so that any short line or one that is no sentence may be a place.
    """
    if _POSTCODE.search(line) or _LABEL.match(line) or _WAY.search(line):
        return True
    words, sentence = len(line.split()), line.endswith((".", "!", "?", ":"))
    if line.startswith(("(", "for ")):
        return False
    if expected:
        return words <= _EVENT_PLACE_SHORT or not sentence
    return not sentence and words <= 2 * _EVENT_PLACE_SHORT and bool(_OPENING.match(line) or "," in line)


def only_says_the_way(line: str) -> bool:
    """Whether a line says how to get there and nothing else."""
    return _WAY.match(line) is not None


def split(line: str) -> tuple[str, str]:
    """The place, and how to get there (either may be empty), without their closing full stops."""
    line = line[match.end() :] if (match := _LABEL.match(line)) else line
    way = _WAY.search(line)
    place = line[: way.start()] if way else line
    directions = way["way"].rstrip(" .)") if way else ""
    return place.rstrip(" ,;.–—-"), directions[:1].upper() + directions[1:]


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
class FoundAnnouncement:
    """The event, how many lines it took, a line that must stay in the text too, and what looked odd on which line."""

    announcement: Announcement
    lines: int
    original_line: str | None
    oddities: tuple[tuple[int, str], ...]


def read(lines: Sequence[str], posted_on: date) -> FoundAnnouncement | None:
    """The event that `lines`, which follow the headline, begin with; `None` without one.

    A day alone is an event only when it had not passed on the day of posting: otherwise it dates a report.
    Raises `ValueError` when the first line is a date that no calendar has.
    """
    early = read_hours(lines[0]) if lines else None
    day = read_day(early.rest.lstrip(_SEPARATORS) if early else lines[0], posted_on) if lines else None
    if day is None:
        return None
    used, rest, original_line = 1, _after(day.rest), None
    hours = early or read_hours(rest)
    if hours and not early:
        rest = _after(hours.rest)
    elif not hours and not rest and len(lines) > 1 and (hours := read_hours(lines[1])):
        used, rest = 2, _after(hours.rest)
    oddities = [(0, oddity) for oddity in day.oddities]
    if hours:
        oddities += [(used - 1, oddity) for oddity in hours.oddities]
    else:
        oddities.append((0, "no time of day was understood: it is read as all day"))
    if rest and not looks_like_one(rest, expected=hours is not None):
        if not hours:
            return None
        oddities.append((used - 1, f"'{rest}' was not understood: the line stays in the text as well"))
        rest, original_line = "", lines[used - 1]
    place, directions = split(rest)
    following = lines[used:]
    if not rest and following and looks_like_one(following[0], expected=hours is not None and not original_line):
        place, directions = split(following[0])
        following = following[1:]
    if not directions and following and only_says_the_way(following[0]):
        directions = split(following[0])[1]
        following = following[1:]
    if (day.last or day.first) < posted_on:
        if not (hours or place):
            return None
        oddities.append((0, "the event was before the article was posted"))
    event = Announcement(*_instants(day, hours), place=place or None, directions=directions or None)
    return FoundAnnouncement(event, len(lines) - len(following), original_line, tuple(oddities))


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
