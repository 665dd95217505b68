"""What readers look up: an article, the latest ones, the years of the archive and what was posted in each.

Drafts, and articles whose time has not come, are in none of it.

Which articles readers see. What is not shown yet is nowhere: every query for readers goes through here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Row, Select, and_, func, select

from app import clock
from app.articles.article import Article
from app.articles.versions import Version
from app.database import db


def shown(at: datetime | BindParameter[datetime], articles: Any = Article) -> ColumnElement[bool]:
    """The condition that an article is no draft and that its time has come; `articles` may be an alias.

    Asked with each request's own instant, so that a scheduled article appears at its minute, and nobody has to be
    awake for it.
    """
    return and_(articles.draft.is_(False), articles.posted_at <= at)


# How many articles the front page and the feed show.
LATEST = 20


class Extent(NamedTuple):
    """How many articles there are, and marks that grow with each that is added or changed."""

    articles: int
    newest_id: int
    versions: int
    last_version_id: int


def article(number: int) -> Article | None:
    """The article with a number."""
    return db.session.scalar(select(Article).where(Article.number == number, shown(clock.now())))


def latest() -> Sequence[Article]:
    """The latest articles, the newest first."""
    return db.session.scalars(_newest_first().limit(LATEST)).all()


def extent(year: int | None = None) -> Extent:
    """What changes whenever an article appears, changes or is taken back: of a local year, or of all."""
    query = select(
        func.count(),
        func.coalesce(func.max(Article.id), 0),
        func.coalesce(func.sum(Article.version), 0),
        # One that is taken back while another appears could leave the other sums as they were.
        select(func.coalesce(func.max(Version.id), 0)).scalar_subquery(),
    ).where(shown(clock.now()))
    if year is not None:
        query = query.where(Article.posted_at >= _new_year(year), Article.posted_at < _new_year(year + 1))
    return Extent(*db.session.execute(query).one())


def years() -> list[tuple[int, int]]:
    """The local years that have articles, the latest first, each with how many."""
    now = clock.now()
    first = db.session.scalar(select(func.min(Article.posted_at)).where(shown(now)))
    last = db.session.scalar(select(func.max(Article.posted_at)).where(shown(now)))
    if first is None or last is None:
        return []
    span = range(clock.local(last).year, clock.local(first).year - 1, -1)
    counts = [
        func.count().filter(Article.posted_at >= _new_year(year), Article.posted_at < _new_year(year + 1))
        for year in span
    ]
    row = db.session.execute(select(*counts).select_from(Article).where(shown(now))).one()
    return [(year, count) for year, count in zip(span, row, strict=True) if count]


def posted_in(year: int) -> Sequence[Article]:
    """The articles of a local year, the newest first."""
    return db.session.scalars(
        _newest_first().where(Article.posted_at >= _new_year(year), Article.posted_at < _new_year(year + 1))
    ).all()


def addresses(at_most: int) -> Sequence[Row[int, datetime, datetime, int]]:
    """Number, time of posting, time of the last change and version of the newest articles, for the sitemap."""
    columns = (Article.number, Article.posted_at, Article.updated_at, Article.version)
    newest_first = (Article.posted_at.desc(), Article.number.desc())
    return db.session.execute(select(*columns).where(shown(clock.now())).order_by(*newest_first).limit(at_most)).all()


def _newest_first() -> Select[Article]:
    return select(Article).where(shown(clock.now())).order_by(Article.posted_at.desc(), Article.number.desc())


def _new_year(year: int) -> datetime:
    """The instant at which a local year begins."""
    return datetime(year, 1, 1, tzinfo=clock.local_zone())
