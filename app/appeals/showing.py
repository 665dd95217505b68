"""Which articles readers see. What is not shown yet is nowhere: every query for readers goes through here."""

from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, and_

from app.articles.article import Article


def shown(at: datetime | BindParameter[datetime], articles: Any = Article) -> ColumnElement[bool]:
    """The condition that an article is no draft and that its time has come; `articles` may be an alias.

    Asked with each request's own instant, so that a scheduled article appears at its minute, and nobody has to be
    awake for it.
    """
    return and_(articles.draft.is_(False), articles.posted_at <= at)
