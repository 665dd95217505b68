"""Taking in archive articles: each once, however often it is imported."""

import enum
from dataclasses import dataclass

from sqlalchemy import select

from app import clock
from app.articles import versions
from app.articles.article import Article
from app.articles.imports.printed_archive import ArchiveArticle
from app.database import db
from app.errors import DomainError


class ImportOutcome(enum.Enum):
    """What an import did to an article."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class WrittenHere(DomainError):
    """The number belongs to an article that was not imported; an import never overwrites it."""


@dataclass(frozen=True, slots=True)
class ImportedArticle:
    """What became of one archive article."""

    outcome: ImportOutcome
    article: Article


def take_in(found: ArchiveArticle) -> ImportedArticle:
    """Add or update the article; the caller commits.

    A file that says what it said at its last import changes nothing, even if the article was edited here since.
    Raises `WrittenHere`.
    """
    article = db.session.scalar(select(Article).where(Article.number == found.number))
    if article is not None and article.imported_digest is None:
        raise WrittenHere(f"article {found.number} was written here and is not overwritten")
    if article is not None and article.imported_digest == found.digest:
        outcome = ImportOutcome.UNCHANGED
    else:
        outcome = ImportOutcome.UPDATED if article else ImportOutcome.NEW
        if article is None:
            article = Article(number=found.number, version=0)
        else:
            versions.keep_what_is_there(article)
        _copy(found, article)
        db.session.add(article)
        versions.keep(article)
    db.session.flush()
    return ImportedArticle(outcome, article)


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
