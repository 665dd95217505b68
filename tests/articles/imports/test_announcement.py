"""The event right under a headline: found in its many forms, and left in the text where it is none."""

from datetime import UTC, date, datetime

import pytest

from app.articles.imports import event_announcement

POSTED = date(2012, 5, 2)


def at(day, hour, minute=0, month=5):
    return datetime(2012, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("lines", "starts_at", "ends_at", "place", "directions", "used"),
    [
        (["Saturday 5 May 2012", "12 noon", "By the slipway."], at(5, 11), None, "By the slipway", None, 3),
        (["Saturday 5 May 2012, 12 noon", "By the slipway"], at(5, 11), None, "By the slipway", None, 2),
        (["Saturday 5 May 2012 at 12 noon, by the slipway"], at(5, 11), None, "by the slipway", None, 1),
        (["12 noon, Saturday 5 May 2012", "By the slipway"], at(5, 11), None, "By the slipway", None, 2),
        (["5 May 2012", "7.30pm to 9pm, Mill Hall"], at(5, 18, 30), at(5, 20), "Mill Hall", None, 2),
        (["5 May 2012", "9pm to 2am"], at(5, 20), at(6, 1), None, None, 2),
        (
            ["5 May 2012", "7pm", "Mill Hall (nearest tram: Quay)"],
            at(5, 18),
            None,
            "Mill Hall",
            "Nearest tram: Quay",
            3,
        ),
        (
            ["5 May 2012", "7pm", "Mill Hall", "Nearest tram: Quay"],
            at(5, 18),
            None,
            "Mill Hall",
            "Nearest tram: Quay",
            4,
        ),
        (["4-6 May 2012", "10am to 5pm"], at(4, 9), at(6, 16), None, None, 2),
        (["Saturday 1 December 2012", "7pm"], at(1, 19, month=12), None, None, None, 2),
    ],
)
def test_an_event_with_its_hours(lines, starts_at, ends_at, place, directions, used):
    sentence = "The ferry is to stop at midsummer, and nobody on the far bank was asked about it."
    found = event_announcement.read([*lines, sentence], POSTED)
    assert found.announcement == event_announcement.Announcement(starts_at, ends_at, False, place, directions)
    assert (found.lines, found.original_line, found.oddities) == (used, None, ())


@pytest.mark.parametrize(
    ("lines", "last", "place"),
    [
        (["5 May 2012", "all day", "Mill Hall"], None, "Mill Hall"),
        (["5 May 2012", "Mill Hall, Mill Lane"], None, "Mill Hall, Mill Lane"),
        (["5 May 2012"], None, None),
        (["4 to 6 May 2012", "Mill Hall, Mill Lane"], at(5, 23), "Mill Hall, Mill Lane"),
    ],
)
def test_an_event_of_which_only_the_day_is_known(lines, last, place):
    event = event_announcement.read(lines, POSTED).announcement
    assert event.all_day
    assert event.starts_at == (at(3, 23) if last else at(4, 23))
    assert (event.ends_at, event.place) == (last, place)


def test_that_no_time_was_understood_is_said():
    assert event_announcement.read(["5 May 2012", "7 o'clock"], POSTED).oddities == (
        (0, "no time of day was understood: it is read as all day"),
    )
    assert event_announcement.read(["5 May 2012", "all day"], POSTED).oddities == ()


def test_what_was_not_understood_stays_in_the_text():
    found = event_announcement.read(["5 May 2012", "1pm (assemble 12.30pm)", "Mill Hall, Mill Lane"], POSTED)
    assert found.announcement.starts_at == at(5, 12)
    assert found.announcement.place == "Mill Hall, Mill Lane"
    assert found.original_line == "1pm (assemble 12.30pm)"
    assert found.oddities == ((1, "'(assemble 12.30pm)' was not understood: the line stays in the text as well"),)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["The ferry is to stop."],
        ["12 noon"],
        ["5 May 2012, the whole crew of the ferry walked ashore and stayed there."],
        ["1 May 2012", "The whole crew of the ferry walked ashore."],
    ],
)
def test_where_there_is_no_event_there_is_none(lines):
    assert event_announcement.read(lines, POSTED) is None


def test_an_event_before_the_posting_is_taken_and_that_is_said():
    found = event_announcement.read(["1 May 2012", "12 noon"], POSTED)
    assert found.announcement.starts_at == at(1, 11)
    assert found.oddities == ((0, "the event was before the article was posted"),)
