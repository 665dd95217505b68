"""The reading pages: an article under its permanent number, its print view and calendar entry, and the archive."""

from itertools import groupby

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from app import clock
from app.articles import reading
from app.articles.article import Article
from app.config import Settings
from app.public import appeal_below, calendar_entry, event_words, page_cache, page_identity
from app.public.appeal_below import Shown
from app.public.page_identity import ArticleIdentity

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
        calendar_entry.write(article, permanent_address(number), _settings().organisation.name),
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
    return _settings().base_url + url_for("public.articles.show", number=number)


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
        event=event_words.of(article),
        demands="\n".join(f"- {demand}" for demand in article.demands),
        before=reading.article(content.number_before) if content.number_before else None,
        after=reading.article(content.number_after) if content.number_after else None,
        appeal=appeal_below.html(appeal),
    )


def _months(year: int) -> list[tuple[str, list[Article]]]:
    """The names of the months that have articles, the latest first, with them."""
    months = groupby(reading.posted_in(year), key=lambda article: clock.local_day(article.posted_at).replace(day=1))
    return [(format_date(month, "LLLL"), list(articles)) for month, articles in months]


def _settings() -> Settings:
    settings: Settings = current_app.extensions["whipround"]
    return settings
