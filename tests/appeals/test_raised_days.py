"""Days and shares of targets: what a time has to bring when each target is spread evenly over its appeal's days."""

from datetime import date

import pytest

from app.appeals import raised
from app.appeals.appeal import Appeal

JUNE = (date(2026, 6, 1), date(2026, 6, 30))


def an_appeal(first, last, target=30_000, currency="gbp"):
    return Appeal(starts_on=first, ends_on=last, target_minor=target, currency=currency)


@pytest.mark.parametrize(
    ("appeal", "share"),
    [
        (an_appeal(*JUNE), 30_000),
        (an_appeal(date(2026, 6, 16), date(2026, 7, 15)), 15_000),
        (an_appeal(date(2026, 6, 30), date(2026, 6, 30), target=7), 7),
        (an_appeal(date(2026, 5, 1), date(2026, 5, 31)), 0),
        (an_appeal(date(2026, 6, 1), None), 0),
        (an_appeal(*JUNE, target=None), 0),
        (an_appeal(*JUNE, currency="eur"), 0),
    ],
)
def test_a_target_counts_for_a_time_by_the_days_that_lie_in_it(appeal, share):
    assert raised.share_of_targets([appeal], "gbp", *JUNE) == share


def test_the_days_between_two_are_added_up_with_both():
    days = raised.Days("gbp", {date(2026, 6, 1): 5, date(2026, 6, 2): -2, date(2026, 6, 4): 9})
    assert days.between(date(2026, 6, 1), date(2026, 6, 2)) == 3
