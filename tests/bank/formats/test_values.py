"""Days and amounts as banks write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bank.formats import values
from app.bank.formats.mapping import DAY_FIRST, MONTH_FIRST, YEAR_FIRST
from app.money import Money, NotAnAmount
from app.money import written as as_people_write

SEVENTH = date(2026, 7, 7)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("07/07/2026", DAY_FIRST), ("7/7/26", DAY_FIRST), ("07.07.2026", DAY_FIRST), ("07-Jul-2026", DAY_FIRST),
        ("7 July 2026", DAY_FIRST), ("07/07/2026 09:14:00", DAY_FIRST), ("2026-07-07", YEAR_FIRST),
        ("2026-07-07T09:14:00Z", YEAR_FIRST), ("20260707", YEAR_FIRST), ("07072026", DAY_FIRST),
        ("07/07/2026", MONTH_FIRST), (" 2026/7/7 ", YEAR_FIRST),
    ],
)  # fmt: skip
def test_a_day_is_read_however_it_is_written(text, order):
    assert values.day(text, order) == SEVENTH


@pytest.mark.parametrize(
    "text", ["", "112.26", "1250.00", "31/02/2026", "07/07-2026", "7/7/202", "٠٧/٠٧/٢٠٢٦", "90001234", "Monday", "1-2"]
)
def test_what_is_no_day_is_none(text):
    assert [values.day(text, order) for order in (DAY_FIRST, YEAR_FIRST, MONTH_FIRST)] == [None] * 3


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12.50", 1250), ("£1,234.50", 123_450), ("-12.50", -1250), ("£-12.50", -1250), ("-£12.50", -1250),
        ("−12.50", -1250), ("+12.50", 1250), ("12.50-", -1250), ("(12.50)", -1250), ("12.50 DR", -1250),
        ("12.50CR", 1250), (".50", 50), ("-.5", -50), ("0.00", 0), (" 12 ", 1200),
    ],
)  # fmt: skip
def test_an_amount_is_read_with_its_sign(text, minor):
    assert values.money(text, "gbp") == Money(minor, "gbp")


def test_a_comma_stands_before_the_pence_where_it_is_said_to():
    assert values.money("-1.234,50", "eur", ",") == Money(-123_450, "eur")
    assert values.money("  ", "eur", ",") is None


@pytest.mark.parametrize("text", ["1e3", "12.505", "1,23.50", "--5", "(5", "5)", "nan", "1_000", "twelve", "5 5"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(NotAnAmount):
        values.money(text, "gbp")


@given(st.integers(-(10**9), 10**9))
def test_what_we_write_is_read_as_it_was(minor):
    amount = Money(minor, "gbp")
    assert values.money(as_people_write(amount), "gbp") == amount
    assert values.money(str(amount.major()), "gbp") == amount
