"""When an event is, in the words people use."""

from datetime import UTC, datetime

import pytest

from app.articles.article import Article
from app.public import articles


def at(day, hour, minute=0, month=6):
    return datetime(2012, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "all_day", "said", "machine"),
    [
        (at(21, 11), None, False, "Thursday 21 June 2012, 12 noon", "2012-06-21T12:00+01:00"),
        (at(21, 18), None, False, "Thursday 21 June 2012, 7pm", "2012-06-21T19:00+01:00"),
        (at(21, 18, 30), at(21, 20), False, "Thursday 21 June 2012, 7.30pm to 9pm", "2012-06-21T19:30+01:00"),
        (at(21, 8, 5), at(21, 11), False, "Thursday 21 June 2012, 9.05am to 12 noon", "2012-06-21T09:05+01:00"),
        (at(21, 20), at(22, 1), False, "Thursday 21 June 2012, 9pm to 2am", "2012-06-21T21:00+01:00"),
        (at(21, 23), None, False, "Friday 22 June 2012, midnight", "2012-06-22T00:00+01:00"),
        (at(20, 23, 30), None, False, "Thursday 21 June 2012, 12.30am", "2012-06-21T00:30+01:00"),
        (
            at(21, 9), at(23, 16), False,
            "Thursday 21 June 2012, 10am, to Saturday 23 June 2012, 5pm", "2012-06-21T10:00+01:00",
        ),
        (at(20, 23), None, True, "Thursday 21 June 2012", "2012-06-21"),
        (at(20, 23), at(21, 23), True, "Thursday 21 June 2012 to Friday 22 June 2012", "2012-06-21"),
        (at(1, 12, month=12), None, False, "Saturday 1 December 2012, 12 noon", "2012-12-01T12:00+00:00"),
    ],
)  # fmt: skip
def test_it_is_said_as_people_say_it(app, start, end, all_day, said, machine):
    article = Article(event_starts_at=start, event_ends_at=end, event_all_day=all_day)
    with app.test_request_context():
        words = articles.of(article)
    assert (words.when, words.start) == (said, machine)


def test_the_place_is_cut_into_name_and_address(app):
    with app.test_request_context():
        words = articles.of(Article(event_starts_at=at(1, 12), event_all_day=False, event_place="Hall, 2 Lane, Town"))
        nowhere = articles.of(Article(event_starts_at=at(1, 12), event_all_day=False))
    assert (words.place, words.address) == ("Hall", "2 Lane, Town")
    assert (nowhere.place, nowhere.address, nowhere.directions) == ("", "", "")


def test_an_article_without_an_event_has_no_words_for_one():
    assert articles.of(Article()) is None
