"""Taking in archive articles: each once, however often it is imported; the appeal under it is offered as a draft."""

import enum
import itertools
import re
from dataclasses import dataclass

from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal
from app.appeals.writing import open_appeal
from app.articles import versions
from app.articles.article import Article
from app.articles.imports.printed_archive import ArchiveArticle, OfferedAppeal
from app.errors import DomainError
from app.extensions import db


class Outcome(enum.Enum):
    """What an import did to an article."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class WrittenHere(DomainError):
    """The number belongs to an article that was not imported; an import never overwrites it."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of one archive article, and the appeal it offers; `offered_now` when that is new as well."""

    outcome: Outcome
    article: Article
    appeal: Appeal | None
    offered_now: bool


def take_in(found: ArchiveArticle, currency: str) -> TakenIn:
    """Add or update the article; the caller commits. `currency` is that of an appeal that is offered.

    A file that says what it said at its last import changes nothing, even if the article was edited here since.
    Raises `WrittenHere`.
    """
    article = db.session.scalar(select(Article).where(Article.number == found.number))
    if article is not None and article.imported_digest is None:
        raise WrittenHere(f"article {found.number} was written here and is not overwritten")
    if article is not None and article.imported_digest == found.digest:
        outcome = Outcome.UNCHANGED
    else:
        outcome = Outcome.UPDATED if article else Outcome.NEW
        if article is None:
            article = Article(number=found.number, version=0)
        else:
            versions.keep_what_is_there(article)
        _copy(found, article)
        db.session.add(article)
        versions.keep(article)
    appeal, offered_now = _offer(found.appeal, currency) if found.appeal else (None, False)
    db.session.flush()
    return TakenIn(outcome, article, appeal, offered_now)


def _copy(found: ArchiveArticle, article: Article) -> None:
    """Make the article say what the file says."""
    event = found.event
    article.headline = found.headline
    article.text = found.text
    article.demands = list(found.demands)
    article.posted_at = found.posted_at
    article.event_starts_at = event.starts_at if event else None
    article.event_ends_at = event.ends_at if event else None
    article.event_all_day = event.all_day if event else False
    article.event_place = event.place if event else None
    article.event_directions = event.directions if event else None
    article.imported_digest = found.digest
    article.updated_at = clock.now()
    article.version += 1


def _offer(offered: OfferedAppeal, currency: str) -> tuple[Appeal, bool]:
    """The appeal with this text, and whether it was added now, as a draft that cannot be in force by itself."""
    known = db.session.scalar(select(Appeal).where(Appeal.offered_digest == offered.digest))
    if known is not None:
        return known, False
    draft = Appeal(
        slug=_free_slug(offered.title),
        title=offered.title,
        text=offered.text,
        currency=currency,
        suggested_minor=[],
        offered_digest=offered.digest,
        version=1,
    )
    return open_appeal(draft), True


def _free_slug(title: str) -> str:
    """An address made from the title, with a number when others have it: 'finance-appeal-2'."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    taken = set(db.session.scalars(select(Appeal.slug).where(Appeal.slug.startswith(plain))))
    numbered = (plain if n == 1 else f"{plain}-{n}" for n in itertools.count(1))
    return next(slug for slug in numbered if slug not in taken)
