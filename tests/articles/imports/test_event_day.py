"""The day of an event, in the forms in which people write it."""

from datetime import date

import pytest

from app.articles.imports import event_announcement

POSTED = date(2012, 6, 19)


@pytest.mark.parametrize(
    ("line", "first", "last", "rest"),
    [
        ("Thursday 21st June 2012", date(2012, 6, 21), None, ""),
        ("Thursday, 21 June 2012", date(2012, 6, 21), None, ""),
        ("thurs 21 jun 2012", date(2012, 6, 21), None, ""),
        ("Thursday the 21st of June, 2012", date(2012, 6, 21), None, ""),
        ("21 June 2012", date(2012, 6, 21), None, ""),
        ("Date: 2nd Sept. 2012", date(2012, 9, 2), None, ""),
        ("June 21st, 2012", date(2012, 6, 21), None, ""),
        ("Thursday June 21 2012", date(2012, 6, 21), None, ""),
        ("21/06/2012", date(2012, 6, 21), None, ""),
        ("Thursday 21.6.2012", date(2012, 6, 21), None, ""),
        ("2012-06-21", date(2012, 6, 21), None, ""),
        ("6-8 July 2012", date(2012, 7, 6), date(2012, 7, 8), ""),
        ("Friday 6 to Sunday 8 July 2012", date(2012, 7, 6), date(2012, 7, 8), ""),
        ("Saturday 30 June & Sunday 1 July 2012", date(2012, 6, 30), date(2012, 7, 1), ""),
        ("31 December – 1 January 2013", date(2012, 12, 31), date(2013, 1, 1), ""),
        ("Thursday 21st June 2012, 12 noon", date(2012, 6, 21), None, ", 12 noon"),
        ("21 June 2012 - 7pm", date(2012, 6, 21), None, " - 7pm"),
    ],
)
def test_a_day_is_read(line, first, last, rest):
    assert event_announcement.read_day(line, POSTED) == event_announcement.EventDay(first, last, rest, ())


@pytest.mark.parametrize(
    "line",
    ["", "12 noon", "12 marching bands", "The 21st century", "21 Juniper Road", "Funday 21 June 2012", "2012", "1/2"],
)
def test_what_is_no_day_is_none(line):
    assert event_announcement.read_day(line, POSTED) is None


@pytest.mark.parametrize("line", ["31 June 2012", "Thursday 30 February 2012", "21/13/2012", "29 February"])
def test_a_day_that_no_calendar_has_is_refused(line):
    with pytest.raises(ValueError, match=r"day|month"):
        event_announcement.read_day(line, date(2011, 6, 19))


@pytest.mark.parametrize(
    ("line", "first", "last"),
    [
        ("21 June", date(2012, 6, 21), None),
        ("18 June", date(2013, 6, 18), None),
        ("30 December to 1 January", date(2012, 12, 30), date(2013, 1, 1)),
    ],
)
def test_a_day_without_a_year_is_the_next_one_and_that_is_said(line, first, last):
    day = event_announcement.read_day(line, POSTED)
    assert (day.first, day.last) == (first, last)
    assert [oddity for oddity in day.oddities if f"read as {first.year}" in oddity]


def test_without_a_day_of_posting_the_year_must_be_written():
    assert event_announcement.read_day("21 June", None) is None
    assert event_announcement.read_day("21 June 2012", None).first == date(2012, 6, 21)


def test_a_weekday_that_does_not_fit_is_named_and_the_date_counts():
    day = event_announcement.read_day("Friday 21st June 2012", POSTED)
    assert day.first == date(2012, 6, 21)
    assert day.oddities == ("21 June 2012 is a Thursday, not a Friday: it is read as the Thursday",)
    assert len(event_announcement.read_day("Monday 6 to Sunday 8 July 2012", POSTED).oddities) == 1


@pytest.mark.parametrize(
    ("line", "mentioned"),
    [
        ("See you on Thursday 21", True),
        ("On Thursday", False),
        ("At 7pm", False),
        ("On Thursday the 21st so many came that the hall was full and the street outside was as well", False),
    ],
)
def test_a_short_line_that_may_mean_a_day_is_noticed(line, mentioned):
    assert event_announcement.mentioned_in(line) is mentioned
