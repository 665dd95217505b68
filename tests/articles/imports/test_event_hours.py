"""The hours of an event, in the forms in which people write them."""

import pytest

from app.articles.imports import event_announcement


def clock_face(minutes):
    return None if minutes is None else f"{minutes // 60}:{minutes % 60:02}"


@pytest.mark.parametrize(
    ("line", "start", "end", "rest"),
    [
        ("12 noon", "12:00", None, ""),
        ("noon", "12:00", None, ""),
        ("12 midday", "12:00", None, ""),
        ("12.00 noon", "12:00", None, ""),
        ("midnight", "24:00", None, ""),
        ("7pm", "19:00", None, ""),
        ("7 p.m.", "19:00", None, ""),
        ("6.30pm", "18:30", None, ""),
        ("6:30 PM", "18:30", None, ""),
        ("12.30pm", "12:30", None, ""),
        ("12am", "0:00", None, ""),
        ("11am", "11:00", None, ""),
        ("19:30", "19:30", None, ""),
        ("19.30", "19:30", None, ""),
        ("09:15", "9:15", None, ""),
        ("12.30", "12:30", None, ""),
        ("1300hrs", "13:00", None, ""),
        ("Time: 7pm", "19:00", None, ""),
        ("from 7pm onwards", "19:00", None, ""),
        ("7pm start", "19:00", None, ""),
        ("Assemble at 12 noon sharp", "12:00", None, ""),
        ("7.30pm to 9pm", "19:30", "21:00", ""),
        ("7.30-9pm", "19:30", "21:00", ""),
        ("7pm – 9pm", "19:00", "21:00", ""),
        ("11-1pm", "11:00", "13:00", ""),
        ("10-12 noon", "10:00", "12:00", ""),
        ("12-2pm", "12:00", "14:00", ""),
        ("noon until 2pm", "12:00", "14:00", ""),
        ("10am-4", "10:00", "16:00", ""),
        ("19.30-21:00", "19:30", "21:00", ""),
        ("10am till late", "10:00", None, ""),
        ("8pm to midnight", "20:00", "24:00", ""),
        ("9pm - 2am", "21:00", "26:00", ""),
        ("10-2am", "22:00", "26:00", ""),
        ("all day", None, None, ""),
        ("All-day", None, None, ""),
        ("7pm, Mill Hall", "19:00", None, ", Mill Hall"),
        ("7pm (doors 6.30pm)", "19:00", None, " (doors 6.30pm)"),
    ],
)
def test_hours_are_read(line, start, end, rest):
    hours = event_announcement.read_hours(line)
    assert (clock_face(hours.start), clock_face(hours.end), hours.rest) == (start, end, rest)
    assert hours.oddities == ()


@pytest.mark.parametrize(
    "line", ["", "7", "7-9", "25:00", "13pm", "0pm", "2012", "7 days later", "Noonday", "7 to 99", "Mill Hall"]
)
def test_what_is_no_time_is_none(line):
    assert event_announcement.read_hours(line) is None


@pytest.mark.parametrize(("line", "start", "end"), [("7.30", "7:30", None), ("10.00-4.00", "10:00", "16:00")])
def test_a_time_that_says_neither_half_of_the_day_is_the_morning_and_that_is_said(line, start, end):
    hours = event_announcement.read_hours(line)
    assert (clock_face(hours.start), clock_face(hours.end)) == (start, end)
    assert hours.oddities == (f"'{line}' says neither am nor pm: it is read as the morning",)
