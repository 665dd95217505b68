"""What readers look up: an article, the latest ones, the years of the archive and what was posted in each."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Row, Select, func, select

from app import clock
from app.appeals.article import Article
from app.extensions import db

# How many articles the front page and the feed show.
LATEST = 20


class Extent(NamedTuple):
    """How many articles there are, and marks that grow with each that is added or changed."""

    articles: int
    newest_id: int
    versions: int


def article(number: int) -> Article | None:
    """The article with a number."""
    return db.session.scalar(select(Article).where(Article.number == number))


def latest() -> Sequence[Article]:
    """The latest articles, the newest first."""
    return db.session.scalars(_newest_first().limit(LATEST)).all()


def extent(year: int | None = None) -> Extent:
    """What changes whenever an article is added or changed: of a local year, or of all."""
    query = select(func.count(), func.coalesce(func.max(Article.id), 0), func.coalesce(func.sum(Article.version), 0))
    if year is not None:
        query = query.where(Article.posted_at >= _new_year(year), Article.posted_at < _new_year(year + 1))
    return Extent(*db.session.execute(query).one())


def years() -> list[tuple[int, int]]:
    """The local years that have articles, the latest first, each with how many."""
    first = db.session.scalar(select(func.min(Article.posted_at)))
    last = db.session.scalar(select(func.max(Article.posted_at)))
    if first is None or last is None:
        return []
    span = range(clock.local(last).year, clock.local(first).year - 1, -1)
    counts = [
        func.count().filter(Article.posted_at >= _new_year(year), Article.posted_at < _new_year(year + 1))
        for year in span
    ]
    row = db.session.execute(select(*counts).select_from(Article)).one()
    return [(year, count) for year, count in zip(span, row, strict=True) if count]


def posted_in(year: int) -> Sequence[Article]:
    """The articles of a local year, the newest first."""
    return db.session.scalars(
        _newest_first().where(Article.posted_at >= _new_year(year), Article.posted_at < _new_year(year + 1))
    ).all()


def addresses(at_most: int) -> Sequence[Row[int, datetime]]:
    """Number and time of the last change of the newest articles, for the sitemap."""
    columns = (Article.number, Article.updated_at)
    return db.session.execute(
        select(*columns).order_by(Article.posted_at.desc(), Article.number.desc()).limit(at_most)
    ).all()


def _newest_first() -> Select[Article]:
    return select(Article).order_by(Article.posted_at.desc(), Article.number.desc())


def _new_year(year: int) -> datetime:
    """The instant at which a local year begins."""
    return datetime(year, 1, 1, tzinfo=clock.local_zone())
