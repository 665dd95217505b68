"""Reading the day of an event as people write it above an announcement: 'Thursday 21st June 2012'."""

import re
from dataclasses import dataclass
from datetime import date

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


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


def read(line: str, posted_on: date | None) -> EventDay | None:
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
