"""Where an appeal shows: under every article, on its own page alone, or nowhere yet; and why."""

from datetime import timedelta

import pytest

from app import clock
from app.appeals import place
from app.appeals.in_force import in_force
from tests.cast import an_appeal

pytestmark = pytest.mark.usefixtures("app")
DAY = timedelta(days=1)


def test_without_a_first_day_it_shows_nowhere_yet():
    assert place.of(None, None, 10).kind == place.DRAFT


def test_without_a_precedence_it_has_its_own_page_alone():
    found = place.of(clock.today() + 3 * DAY, None, None)
    assert (found.kind, found.since) == (place.OWN_PAGE, clock.today() + 3 * DAY)


def test_alone_it_stands_under_every_article_from_its_first_day_or_today():
    assert place.of(clock.today() - DAY, None, 10).since == clock.today()
    assert place.of(clock.today() + DAY, None, 10) == place.Place(place.UNDER_ARTICLES, clock.today() + DAY)


def test_behind_a_higher_one_it_waits_until_that_has_ended():
    other = an_appeal(precedence=20, ends_on=clock.today() + 9 * DAY)
    found = place.of(clock.today(), None, 10)
    assert (found.kind, found.since, found.before_it) == (place.UNDER_ARTICLES, clock.today() + 10 * DAY, other)
    assert place.of(clock.today(), clock.today() + 5 * DAY, 10).kind == place.BEHIND
    assert place.of(clock.today(), None, 21).since == clock.today()


def test_it_says_the_same_as_the_appeal_in_force():
    first = an_appeal(precedence=10, ends_on=clock.today() + 4 * DAY)
    second = an_appeal("second", precedence=10, starts_on=first.starts_on, ends_on=None)
    found = place.of(second.starts_on, second.ends_on, second.precedence, second.id)
    assert found.since == clock.today() + 5 * DAY
    assert in_force(found.since) == second
    assert in_force(found.since - DAY) == first
