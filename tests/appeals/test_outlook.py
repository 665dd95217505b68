"""The outlook: for each coming day the appeal that will be in force, by the same rule that puts it there."""

from datetime import date, timedelta

import pytest

from app.appeals import in_force
from tests.cast import an_appeal

pytestmark = pytest.mark.both_databases

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)


def day(number: int) -> date:
    return date(2026, 12, number)


def told() -> list[tuple[int, int, str, list[str]]]:
    return [
        (span.first.day, span.last.day, span.appeal.slug if span.appeal else "-", [each.slug for each in span.behind])
        for span in in_force.spans(FIRST, LAST)
    ]


def test_without_appeals_it_is_one_gap(app):
    assert told() == [(1, 31, "-", [])]
    assert in_force.spans(FIRST, LAST)[0].days == 31


def test_gaps_and_overlaps_are_spans_of_their_own(app):
    an_appeal("winter", starts_on=day(3), ends_on=day(20), precedence=1)
    an_appeal("urgent", starts_on=day(10), ends_on=day(12), precedence=5)
    an_appeal("aside", starts_on=day(1), ends_on=None, precedence=None)
    an_appeal("draft", starts_on=None, ends_on=None, precedence=9)
    assert told() == [
        (1, 2, "-", []),
        (3, 9, "winter", []),
        (10, 12, "urgent", ["winter"]),
        (13, 20, "winter", []),
        (21, 31, "-", []),
    ]


def test_it_says_of_each_day_what_will_be_so_on_that_day(app):
    an_appeal("a", starts_on=day(1), ends_on=day(25), precedence=2)
    an_appeal("b", starts_on=day(5), ends_on=day(28), precedence=2)
    an_appeal("c", starts_on=day(5), ends_on=day(9), precedence=2)
    an_appeal("d", starts_on=day(7), ends_on=day(8), precedence=0)
    an_appeal("e", starts_on=day(8), ends_on=None, precedence=-1)
    for span in in_force.spans(FIRST, LAST):
        for number in range(span.days):
            assert in_force.in_force(span.first + timedelta(number)) is span.appeal
