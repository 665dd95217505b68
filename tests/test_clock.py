"""The clock: instants are aware and in UTC, days are those of the place."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app import clock


@pytest.fixture(autouse=True)
def _london_afterwards():
    yield
    clock.use_local_zone(ZoneInfo("Europe/London"))


def test_the_present_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC


def test_stripes_seconds_become_an_instant():
    assert clock.from_timestamp(1_782_862_200) == datetime(2026, 6, 30, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 23, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), date(2026, 12, 31)),
        # The night in which the clocks go back: both half past one are the same day.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_a_day_is_the_local_one(instant, day):
    assert clock.local_day(instant) == day


def test_half_past_midnight_in_british_summer_time_is_shown_as_such():
    assert f"{clock.local(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)):%d %B %H:%M}" == "01 July 00:30"


def test_another_zone_has_days_of_its_own():
    clock.use_local_zone(ZoneInfo("Pacific/Auckland"))
    assert clock.local_zone().key == "Pacific/Auckland"
    assert clock.local_day(datetime(2026, 6, 30, 12, 30, tzinfo=UTC)) == date(2026, 7, 1)


def test_today_is_the_local_day_of_now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    assert clock.today() == date(2026, 7, 1)


def test_the_example_alone_can_tell_it_a_time_and_it_runs_on_from_there():
    moment = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
    clock.tell(moment)
    told = clock.now()
    clock.tell(None)
    assert timedelta(0) <= told - moment < timedelta(minutes=1)
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)
    callers = {
        file.parent.name for file in (Path(clock.__file__).parent).rglob("*.py") if "clock.tell(" in file.read_text()
    }
    assert callers == {"example"}
