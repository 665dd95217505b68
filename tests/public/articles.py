"""Articles for the tests of the reading pages, and how these pages are read."""

from datetime import UTC, datetime
from typing import Any

from bs4 import BeautifulSoup, Tag
from werkzeug.test import TestResponse

from app import clock
from app.articles.article import Article
from app.database import db, writing


def an_article(number: int = 4711, **changes: Any) -> Article:
    """An article without an event, committed."""
    values: dict[str, Any] = {
        "number": number,
        "headline": f"Headline {number}",
        "text": "First *words*.\n\nMore words.",
        "demands": [],
        "posted_at": datetime(2012, 6, 19, 12, 13, tzinfo=UTC),
        "updated_at": clock.now(),
        "version": 1,
    }
    article = Article(**{**values, **changes})
    with writing():
        db.session.add(article)
    return article


AN_EVENT: dict[str, Any] = {
    "event_starts_at": datetime(2012, 6, 21, 11, tzinfo=UTC),
    "event_place": "By the slipway, 2 Harbour Road, Ambleford AM1 2QX",
    "event_directions": "Nearest tram Quay",
}


def page(answer: TestResponse) -> BeautifulSoup:
    """The page of an answer that went well."""
    assert answer.status_code == 200
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def words(node: Tag) -> str:
    """What a reader sees of a part of a page, on one line."""
    return " ".join(node.get_text(" ").split())
