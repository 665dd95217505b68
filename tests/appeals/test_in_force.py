"""Which appeal is in force: by date, then precedence, then the latest start, then the first that was there."""

from datetime import timedelta

import pytest

from app import clock
from app.appeals.in_force import in_force
from tests.cast import an_appeal

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]


def day(days):
    return clock.today() + timedelta(days=days)


def slug_on(days):
    appeal = in_force(day(days))
    return appeal and appeal.slug


def test_none_is_in_force_where_there_is_none():
    assert in_force(clock.today()) is None


def test_an_appeal_is_in_force_from_its_first_day_to_its_last():
    an_appeal(starts_on=day(1), ends_on=day(3))
    assert [slug_on(days) for days in range(5)] == [None, "press-fund", "press-fund", "press-fund", None]


def test_an_appeal_without_an_end_goes_on():
    an_appeal(starts_on=day(0), ends_on=None)
    assert slug_on(4000) == "press-fund"


def test_drafts_and_appeals_without_precedence_never_are():
    an_appeal("draft", starts_on=None, ends_on=None)
    an_appeal("own-page", precedence=None)
    assert in_force(clock.today()) is None


def test_the_highest_precedence_wins_while_it_lasts():
    an_appeal("steady", starts_on=day(-100), ends_on=None, precedence=1)
    an_appeal("urgent", starts_on=day(0), ends_on=day(1), precedence=9)
    assert [slug_on(days) for days in (-1, 0, 1, 2)] == ["steady", "urgent", "urgent", "steady"]


def test_among_equals_the_latest_start_wins_and_then_the_first_that_was_there():
    an_appeal("older", starts_on=day(-9))
    an_appeal("first", starts_on=day(-2))
    an_appeal("second", starts_on=day(-2))
    assert slug_on(0) == "first"
