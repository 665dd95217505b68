"""The reading pages: an article under its permanent number, its print view and calendar entry, and the archive.

An article's event as an iCalendar file (RFC 5545), which calendars of every make can take in.

When an event is, in words people use: 'Thursday 21 June 2012, 12 noon'.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from icalendar import Calendar, Event

from app import clock
from app.articles import reading
from app.articles.article import Article
from app.public import appeal_below, page_cache, page_identity
from app.public.appeal_below import Shown
from app.public.page_identity import ArticleIdentity
from app.services import services
from app.web.filters import day

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


bp = Blueprint("articles", __name__)

# What the database's integers hold; a larger number in an address is no article's.
_NUMBER = "<int(min=1, max=2147483647):number>"


@bp.get(f"/articles/{_NUMBER}")
def show(number: int) -> ResponseReturnValue:
    """The article, and under it the appeal that is in force today."""
    return _page(number, "public/article.html")


@bp.get(f"/articles/{_NUMBER}/print")
def on_paper(number: int) -> ResponseReturnValue:
    """The same as it comes out on paper: no navigation, no form, the address to give at and its QR code."""
    return _page(number, "public/article_on_paper.html")


@bp.get(f"/articles/{_NUMBER}.ics")
def calendar(number: int) -> ResponseReturnValue:
    """The event for a calendar; an article without one has no such file."""
    article = reading.article(number)
    if article is None or article.event_starts_at is None:
        abort(404)
    response = Response(
        write(article, permanent_address(number), services().settings.organisation.name),
        mimetype="text/calendar",
        headers={"Content-Disposition": f'attachment; filename="{number}.ics"', "Cache-Control": "no-cache"},
    )
    response.set_etag(f"{number}-{article.version}")
    return response.make_conditional(request)


@bp.get("/archive")
def archive() -> ResponseReturnValue:
    """The years that have articles."""
    return page_cache.answer(reading.extent(), lambda: render_template("public/archive.html", years=reading.years()))


@bp.get("/archive/<int(min=1900, max=2099):year>")
def archive_of(year: int) -> ResponseReturnValue:
    """What was posted in a year, by month, the newest first."""
    extent = reading.extent(year)
    if not extent.articles:
        abort(404)
    return page_cache.answer(
        extent, lambda: render_template("public/archive_year.html", year=year, months=_months(year))
    )


def permanent_address(number: int) -> str:
    """The whole address of an article, as other sites link to it."""
    return services().settings.base_url + url_for("public.articles.show", number=number)


def _page(number: int, template: str) -> ResponseReturnValue:
    content = page_identity.of_article(number, clock.today()) or abort(404)
    appeal = appeal_below.identity(content.appeal)
    return page_cache.answer((content, appeal), lambda: _render(number, content, appeal, template))


def _render(number: int, content: ArticleIdentity, appeal: Shown, template: str) -> str:
    article = reading.article(number) or abort(404)
    return render_template(
        template,
        article=article,
        permalink=permanent_address(number),
        zone=f"{clock.local(article.posted_at):%Z}",
        event=of(article),
        demands="\n".join(f"- {demand}" for demand in article.demands),
        before=reading.article(content.number_before) if content.number_before else None,
        after=reading.article(content.number_after) if content.number_after else None,
        appeal=appeal_below.html(appeal),
    )


def _months(year: int) -> list[tuple[str, list[Article]]]:
    """The names of the months that have articles, the latest first, with them."""
    months = groupby(reading.posted_in(year), key=lambda article: clock.local_day(article.posted_at).replace(day=1))
    return [(format_date(month, "LLLL"), list(articles)) for month, articles in months]
