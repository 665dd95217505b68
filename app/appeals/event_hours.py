"""Reading the hours of an event as people write them: '12 noon', '7.30pm to 9pm', 'all day'."""

import re
from dataclasses import dataclass

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


def read(line: str) -> EventHours | None:
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
