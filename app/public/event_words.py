"""When an event is, in words people use: 'Thursday 21 June 2012, 12 noon'."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _

from app import clock
from app.articles.article import Article
from app.web.filters import day

_A_NIGHT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class EventWords:
    """An event as a page says it; `start` and `end` are for machines: local time with its offset, or a day alone."""

    when: str
    start: str
    end: str
    place: str
    address: str
    directions: str


def of(article: Article) -> EventWords | None:
    """The event that the article announces. Its place is cut at the first comma into a name and an address."""
    if article.event_starts_at is None:
        return None
    place, _comma, address = (article.event_place or "").partition(", ")
    return EventWords(
        when=_when(article.event_starts_at, article.event_ends_at, all_day=article.event_all_day),
        start=_machine(article.event_starts_at, all_day=article.event_all_day),
        end=_machine(article.event_ends_at, all_day=article.event_all_day) if article.event_ends_at else "",
        place=place,
        address=address,
        directions=article.event_directions or "",
    )


def _when(start: datetime, end: datetime | None, *, all_day: bool) -> str:
    """The local day or days, and the hours where they are known."""
    first = day(start, weekday=True)
    if all_day:
        return str(_("%(first)s to %(last)s", first=first, last=day(end, weekday=True))) if end else first
    if end is None:
        return str(_("%(day)s, %(time)s", day=first, time=_hour(start)))
    if clock.local_day(start) == clock.local_day(end) or end - start <= _A_NIGHT:
        return str(_("%(day)s, %(start)s to %(end)s", day=first, start=_hour(start), end=_hour(end)))
    last = day(end, weekday=True)
    return str(
        _("%(first)s, %(start)s, to %(last)s, %(end)s", first=first, start=_hour(start), last=last, end=_hour(end))
    )


def _hour(instant: datetime) -> str:
    """A local time of day: '12 noon', 'midnight', '7pm', '7.30pm'."""
    local = clock.local(instant)
    if local.minute == 0 and local.hour % 12 == 0:
        return str(_("12 noon") if local.hour else _("midnight"))
    minutes = f".{local.minute:02}" if local.minute else ""
    time = f"{(local.hour - 1) % 12 + 1}{minutes}"
    return str(_("%(time)sam", time=time) if local.hour < 12 else _("%(time)spm", time=time))


def _machine(instant: datetime, *, all_day: bool) -> str:
    local = clock.local(instant)
    return local.date().isoformat() if all_day else local.isoformat(timespec="minutes")
