"""Writing articles: a new one gets its permanent number, a changed one another version, and an old one comes back."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text

from app import clock
from app.articles import images, versions
from app.articles.article import Article
from app.articles.versions import Version
from app.database import db
from app.errors import DomainError

# Names the lock under which numbers are given; any fixed number of our own (postgresql.org/docs, "Advisory Locks").
_ONE_NUMBER = 7_463_001


class EventCrossed(DomainError):
    """The event would end before it starts."""


@dataclass(frozen=True, slots=True)
class Manuscript:
    """Everything an editor writes of an article; `text` and `demands` are Markdown, the times instants in UTC.

    `posted_at` in the future schedules it. Without an event all its fields are empty.
    """

    headline: str
    text: str
    demands: tuple[str, ...]
    draft: bool
    posted_at: datetime
    event_starts_at: datetime | None = None
    event_ends_at: datetime | None = None
    event_all_day: bool = False
    event_place: str | None = None
    event_directions: str | None = None

    def values(self) -> dict[str, Any]:
        """The same as the columns of an article."""
        return {**asdict(self), "demands": list(self.demands)}


def begin(manuscript: Manuscript) -> Article:
    """Add a new article, under the number after the highest; the caller commits.

    A number is never given twice, and stays when a draft is never published. Raises what `revise` raises.
    """
    _check(manuscript)
    if db.engine.dialect.name == "postgresql":
        # Two that begin at once would find the same highest number.
        db.session.execute(text("SELECT pg_advisory_xact_lock(:name)"), {"name": _ONE_NUMBER})
    number = (db.session.scalar(select(func.max(Article.number))) or 0) + 1
    article = Article(number=number, version=1, updated_at=clock.now(), **manuscript.values())
    db.session.add(article)
    versions.keep(article)
    return article


def revise(article: Article, based_on: int, manuscript: Manuscript) -> bool:
    """Make the article say what was written, as a new version; the caller commits. Says whether anything is different.

    Raises `WrittenMeanwhile`, `EventCrossed`, or what `illustrating.check` raises.
    """
    _check(manuscript)
    return _set(versions.take(article, based_on), manuscript.values())


def restore(article: Article, based_on: int, version: Version) -> bool:
    """Make the article say again what it said in an earlier version, as a new one; whether it is public stays as it is.

    The caller commits. Says whether anything is different. Raises `WrittenMeanwhile`.
    """
    said = versions.fields(version)
    locked = versions.take(article, based_on)
    return _set(locked, {**said, "draft": locked.draft, "posted_at": locked.posted_at})


def _set(article: Article, values: dict[str, Any]) -> bool:
    if all(getattr(article, name) == value for name, value in values.items()):
        return False
    versions.keep_what_is_there(article)
    for name, value in values.items():
        setattr(article, name, value)
    article.version += 1
    article.updated_at = clock.now()
    versions.keep(article)
    return True


def _check(manuscript: Manuscript) -> None:
    starts_at, ends_at = manuscript.event_starts_at, manuscript.event_ends_at
    if ends_at is not None and (starts_at is None or ends_at < starts_at):
        raise EventCrossed("an event needs a beginning, and cannot end before it")
    for part in (manuscript.text, *manuscript.demands):
        images.check_shown(part)
