"""What programs read: the Atom feed (RFC 4287), the sitemap (sitemaps.org), robots.txt (RFC 9309)."""

from collections.abc import Sequence

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue

from app import clock
from app.appeals import finding
from app.appeals.appeal import Appeal
from app.articles import reading
from app.articles.article import changed
from app.public import articles as public_articles
from app.public import page_cache, page_identity
from app.public.articles import permanent_address
from app.services import services

bp = Blueprint("feeds", __name__)

# A sitemap holds at most fifty thousand addresses (sitemaps.org/protocol.html); some are left for other pages.
_MOST_ARTICLES = 49_000


@bp.get("/feed.atom")
def atom() -> ResponseReturnValue:
    """The latest articles, whole."""
    return page_cache.answer(page_identity.of_latest(), _feed, "application/atom+xml")


@bp.get("/sitemap.xml")
def sitemap() -> ResponseReturnValue:
    """The address of every page that is to be found: the newest articles, should there be too many."""
    appeals = finding.announced()
    known = [(appeal.slug, appeal.version) for appeal in appeals]
    return page_cache.answer((reading.extent(), known), lambda: _sitemap(appeals), "application/xml")


@bp.get("/robots.txt")
def robots() -> ResponseReturnValue:
    """What crawlers are asked to leave alone: gifts, which are private, and the office."""
    sitemap_address = services().settings.base_url + url_for("public.feeds.sitemap")
    closed = "".join(f"Disallow: {path}\n" for path in ("/donate", "/donations/", "/receipts/", "/office"))
    return Response(f"User-agent: *\n{closed}\nSitemap: {sitemap_address}\n", mimetype="text/plain")


def _feed() -> str:
    articles = [
        (article, permanent_address(article.number), public_articles.of(article)) for article in reading.latest()
    ]
    changed_at = max((article.changed_at for article, *_ in articles), default=clock.now())
    return render_template("public/feed.xml", articles=articles, changed_at=changed_at)


def _sitemap(appeals: Sequence[Appeal]) -> str:
    articles = [
        (permanent_address(row.number), clock.local_day(changed(row.posted_at, row.updated_at, row.version)))
        for row in reading.addresses(_MOST_ARTICLES)
    ]
    years = [year for year, _ in reading.years()]
    return render_template("public/sitemap.xml", articles=articles, appeals=appeals, years=years)
