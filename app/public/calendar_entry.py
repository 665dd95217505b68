"""An article's event as an iCalendar file (RFC 5545), which calendars of every make can take in."""

from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from app import clock
from app.articles.article import Article

_A_DAY = timedelta(days=1)


def write(article: Article, address: str, publisher: str) -> bytes:
    """The event, as one calendar with one entry; `address` is the article's own, `publisher` the organisation's name.

    The identifier stays the same through every change, so that a calendar replaces the entry it has. An event whose
    end is not known has none; one of whole days ends, as the standard wants it, on the day after its last one.
    """
    entry = Event()
    entry.add("uid", f"article-{article.number}@{urlsplit(address).hostname}")
    entry.add("dtstamp", article.updated_at)
    entry.add("sequence", article.version - 1)
    entry.add("summary", article.headline)
    starts_at, ends_at = article.event_starts_at, article.event_ends_at
    if article.event_all_day:
        entry.add("dtstart", _local(starts_at).date())
        entry.add("dtend", _local(ends_at or starts_at).date() + _A_DAY)
    else:
        entry.add("dtstart", _local(starts_at))
        if ends_at is not None:
            entry.add("dtend", _local(ends_at))
    if article.event_place:
        entry.add("location", article.event_place)
    entry.add("description", "\n".join(filter(None, (article.event_directions, address))))
    entry.add("url", address)
    calendar = Calendar()
    calendar.add("prodid", f"-//{publisher}//Whipround//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(entry)
    # The rules of the local zone for the years in question alone: those of all years are five times the entry.
    first, last = _local(starts_at).year, _local(ends_at or starts_at).year
    calendar.add_missing_timezones(date(first, 1, 1), date(last + 1, 1, 1))
    return bytes(calendar.to_ical())


def _local(instant: datetime | None) -> datetime:
    """Local wall-clock time, which is what an event is announced in."""
    if instant is None:
        raise ValueError("the article announces no event")
    return clock.local(instant)
