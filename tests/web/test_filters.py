"""How pages write money, days and Markdown."""

from datetime import UTC, date, datetime

import pytest
from flask_babel import force_locale

from app.money import Money
from app.web import filters

SUMMER_NIGHT = datetime(2026, 6, 30, 23, 13, tzinfo=UTC)


@pytest.fixture(autouse=True)
def context(app):
    """The filters ask for the language of the page."""


def test_money_has_its_pence_unless_it_is_whole_and_written_short():
    assert filters.money(Money(1550600, "gbp")) == "£15,506.00"
    assert filters.money(Money(1550600, "gbp"), short=True) == "£15,506"
    assert filters.money(Money(1550650, "gbp"), short=True) == "£15,506.50"


def test_a_share_is_written_as_each_language_writes_it(app):
    assert filters.per_cent(59) == "59%"
    assert filters.per_cent(1240) == "1240%"
    with force_locale("de"):
        assert filters.per_cent(59) == "59\N{NO-BREAK SPACE}%"


def test_a_day_is_the_local_one():
    assert filters.day(SUMMER_NIGHT) == "1 July 2026"
    assert filters.day(date(2012, 6, 19)) == "19 June 2012"
    assert filters.day(date(2012, 6, 21), weekday=True) == "Thursday 21 June 2012"


def test_a_time_is_that_of_a_wall_clock_here():
    assert filters.clock_time(SUMMER_NIGHT) == "0.13"
    assert filters.moment(SUMMER_NIGHT) == "1 July 2026 at 0.13"


def test_machines_read_utc():
    assert filters.machine_time(SUMMER_NIGHT) == "2026-06-30T23:13Z"
    assert filters.machine_time(date(2026, 7, 1)) == "2026-07-01"


def test_currencies_have_a_sign_and_a_name():
    assert filters.currency_sign("gbp") == "£"
    assert filters.currency_name("gbp") == "British pounds"


def test_a_text_is_taken_apart_after_its_first_paragraph():
    lead, rest = filters.lead_and_rest("\r\nFirst *words*.\r\n\r\nThen:\r\n\r\n- a list\r\n")
    assert lead == "<p>First <em>words</em>.</p>\n"
    assert "<li>a list</li>" in rest
    assert filters.lead_and_rest("One paragraph.")[1] == ""
