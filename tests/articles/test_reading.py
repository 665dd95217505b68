"""What readers look up: the latest articles, and the years of the archive as people count them."""

from datetime import UTC, datetime

import pytest

from app import clock
from app.articles import reading
from app.articles.article import Article
from app.database import db, writing

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]


def an_article(number, posted_at, **values):
    article = Article(
        number=number,
        headline=f"Headline {number}",
        text="Text.",
        posted_at=posted_at,
        updated_at=clock.now(),
        **values,
    )
    with writing():
        db.session.add(article)
    return article


def test_without_articles_there_is_nothing():
    assert reading.years() == []
    assert reading.latest() == []
    assert reading.article(1) is None
    assert reading.extent() == (0, 0, 0, 0)


def test_years_are_local_years():
    an_article(1, datetime(2012, 6, 30, tzinfo=UTC))
    an_article(2, datetime(2012, 12, 31, 23, 59, tzinfo=UTC))
    an_article(3, datetime(2014, 1, 1, tzinfo=UTC))
    assert reading.years() == [(2014, 1), (2012, 2)]
    assert [article.number for article in reading.posted_in(2012)] == [2, 1]
    assert reading.posted_in(2013) == []


def test_the_latest_come_first_and_the_number_decides_between_equals():
    noon = datetime(2012, 6, 30, 12, tzinfo=UTC)
    for number in (3, 9, 5):
        an_article(number, noon)
    an_article(1, datetime(2012, 6, 30, 13, tzinfo=UTC))
    assert [article.number for article in reading.latest()] == [1, 9, 5, 3]
    assert [row.number for row in reading.addresses(2)] == [1, 9]


def test_the_extent_changes_with_every_article_and_every_edit():
    article = an_article(1, datetime(2012, 6, 30, tzinfo=UTC))
    before = reading.extent(), reading.extent(2012), reading.extent(2013)
    with writing():
        article.version += 1
    after = reading.extent(), reading.extent(2012), reading.extent(2013)
    assert [a != b for a, b in zip(after, before, strict=True)] == [True, True, False]
    an_article(2, datetime(2013, 6, 30, tzinfo=UTC))
    assert reading.extent(2013) != before[2]
