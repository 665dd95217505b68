"""A calendar entry: local time that every calendar understands, and never an end that nobody said."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from app.articles.article import Article
from app.public import articles

ADDRESS = "https://lantern.example/articles/4711"


def an_event(**values):
    common = {"number": 4711, "headline": "Keep; the, ferry", "version": 3, "event_all_day": False}
    return Article(**{**common, "updated_at": datetime(2012, 6, 1, 8, tzinfo=UTC), **values})


def written(article):
    data = articles.write(article, ADDRESS, "The Lantern")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    calendar = Calendar.from_ical(data)
    assert (calendar["version"], bool(calendar["prodid"])) == ("2.0", True)
    return data, calendar.walk("VEVENT")[0]


def test_it_says_when_in_local_time_with_the_rules_of_its_zone():
    article = an_event(event_starts_at=datetime(2012, 6, 21, 11, tzinfo=UTC), event_place="Mill Hall, 2 Lane")
    data, entry = written(article)
    assert b"DTSTART;TZID=Europe/London:20120621T120000" in data
    assert b"BEGIN:VTIMEZONE" in data
    assert b"TZID:Europe/London" in data
    assert entry["dtstart"].dt == article.event_starts_at
    assert "dtend" not in entry
    assert entry["location"] == "Mill Hall, 2 Lane"
    assert entry["summary"] == "Keep; the, ferry"
    assert entry["url"] == ADDRESS


def test_it_keeps_its_identifier_and_counts_its_changes():
    start = datetime(2012, 6, 21, 11, tzinfo=UTC)
    before, after = (written(an_event(event_starts_at=start + timedelta(days=v), version=v))[1] for v in (1, 2))
    assert before["uid"] == after["uid"] == "article-4711@lantern.example"
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert before["dtstamp"].dt == datetime(2012, 6, 1, 8, tzinfo=UTC)


def test_it_ends_when_the_end_is_known():
    start, end = datetime(2012, 12, 31, 22, tzinfo=UTC), datetime(2013, 1, 1, 2, tzinfo=UTC)
    assert written(an_event(event_starts_at=start, event_ends_at=end))[1]["dtend"].dt == end


@pytest.mark.parametrize(
    ("last", "end"), [(None, date(2012, 6, 22)), (datetime(2012, 6, 22, 23, tzinfo=UTC), date(2012, 6, 24))]
)
def test_whole_days_are_days_and_end_after_the_last(last, end):
    start = datetime(2012, 6, 20, 23, tzinfo=UTC)
    data, entry = written(an_event(event_starts_at=start, event_ends_at=last, event_all_day=True))
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (date(2012, 6, 21), end)
    assert b"VTIMEZONE" not in data


def test_an_article_without_an_event_cannot_be_written():
    with pytest.raises(ValueError, match="no event"):
        articles.write(an_event(), ADDRESS, "The Lantern")
