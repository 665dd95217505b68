"""Months: the same day and second, or a shorter month's last."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.happening.renewing import later, next_after


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("anchor", "months", "then"),
    [
        ("2026-11-12T14:52:01", 1, "2026-12-12T14:52:01"),
        ("2026-12-31T00:00:00", 2, "2027-02-28T00:00:00"),
        ("2026-12-31T00:00:00", 3, "2027-03-31T00:00:00"),
        ("2028-01-30T23:59:59", 1, "2028-02-29T23:59:59"),
    ],
)
def test_a_month_later(anchor, months, then):
    assert later(at(anchor), months) == at(then)


@given(st.integers(0, 4_000_000_000), st.integers(0, 40 * 24 * 60 * 60))
def test_the_next_return_is_the_first_after_the_moment(anchor, passed):
    found = next_after(anchor, anchor + passed)
    assert found > anchor + passed
    assert found - anchor - passed <= 31 * 24 * 60 * 60
