"""Manuscripts for the tests of writing."""

from datetime import UTC, datetime
from typing import Any

from app.articles import writing as articles_writing
from app.articles.article import Article
from app.articles.writing import Manuscript
from app.database import writing


def a_manuscript(**changes: Any) -> Manuscript:
    """What an editor might write, published long ago."""
    values: dict[str, Any] = {
        "headline": "The weir is leaking",
        "text": "First *words*.\n\nMore words.",
        "demands": ("Mend it.",),
        "draft": False,
        "posted_at": datetime(2026, 3, 1, 9, tzinfo=UTC),
    }
    return Manuscript(**{**values, **changes})


def begun(**changes: Any) -> Article:
    """A new article, committed."""
    with writing():
        return articles_writing.begin(a_manuscript(**changes))
