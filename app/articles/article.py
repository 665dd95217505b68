"""An article: a published text with a permanent number, which may announce an event and make demands."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.articles.versions import ARTICLE, Versioned
from app.database import Base, Key, db
from app.paging import Order, Page, page


class Article(Versioned, Base):
    """One article. `number` is its permanent address; `text` is Markdown; the event's fields are empty without one.

    `event_starts_at` and `event_ends_at` (none when the end is not known) are instants; `event_all_day` says that only
    their local days are known, the last one included. `demands` are Markdown lines, shown as a list after the text.
    `imported_digest` says what the archive file held that the article came from, so that a repeated import knows it
    again even after the article was edited here. `version` grows with every change, for caches and for versions.

    Readers see an article from `posted_at` on, unless it is a `draft`; until then it is nowhere, not even at its own
    address. Its number is given when it is first saved, so that the address can be printed before it is public.
    """

    versioned_as = ARTICLE
    edited_fields = (
        "headline",
        "text",
        "demands",
        "draft",
        "posted_at",
        "event_starts_at",
        "event_ends_at",
        "event_all_day",
        "event_place",
        "event_directions",
    )
    __tablename__ = "articles"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("event_ends_at >= event_starts_at", name="event"),
        Index(None, "posted_at", "number"),
        # All that counting what readers see asks for, so that no text has to be read for it.
        Index("ix_articles_shown", "draft", "posted_at", "number", "version", "id"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    headline: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    demands: Mapped[list[str]] = mapped_column(JSON, default=list)
    posted_at: Mapped[datetime]
    event_starts_at: Mapped[datetime | None]
    event_ends_at: Mapped[datetime | None]
    event_all_day: Mapped[bool] = mapped_column(default=False)
    event_place: Mapped[str | None] = mapped_column(String(300))
    event_directions: Mapped[str | None] = mapped_column(String(300))
    imported_digest: Mapped[str | None] = mapped_column(String(64))
    updated_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    draft: Mapped[bool] = mapped_column(default=False)

    @property
    def changed_at(self) -> datetime:
        """When readers last saw something new: a scheduled article is new when it appears, not when it was saved, and
        one from the archive on its own day, not on that of its import."""
        return changed(self.posted_at, self.updated_at, self.version)


def changed(posted_at: datetime, updated_at: datetime, version: int) -> datetime:
    """See `Article.changed_at`."""
    return posted_at if version == 1 else max(posted_at, updated_at)


def find(number: int) -> Article | None:
    """The article with a number, drafts included; what readers see of it is in `app.articles.reading`."""
    return db.session.scalar(select(Article).where(Article.number == number))


def listed(state: str, before: int) -> Page[Article]:
    """A page of all articles, or of those that are 'drafts' or 'scheduled', the latest first, from the one after the
    article of number `before`."""
    query = select(Article)
    if state == "drafts":
        query = query.where(Article.draft.is_(True))
    elif state == "scheduled":
        query = query.where(Article.draft.is_(False), Article.posted_at > clock.now())
    return page(query, Order(Article.posted_at, Article.number), Article.number, older=before)
