"""Scheduling an appeal: what is changed, what is refused, and that nothing is changed by what is refused."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.appeals import scheduling
from app.appeals.appeal import Appeal
from app.money import Money


def a_draft(**values):
    return Appeal(
        **{"slug": "x", "title": "X", "text": "", "currency": "gbp", "suggested_minor": [], "version": 1} | values
    )


DAY = date(2026, 12, 1)


def test_what_is_given_is_changed_and_the_rest_stays():
    appeal = a_draft(precedence=3)
    assert scheduling.schedule(appeal, {"starts_on": DAY, "target": Money(2_500_000, "gbp"), "title": "Y"})
    assert (appeal.title, appeal.starts_on, appeal.ends_on, appeal.precedence) == ("Y", DAY, None, 3)
    assert appeal.target == Money(2_500_000, "gbp")
    assert appeal.version == 2
    assert clock.now() - appeal.updated_at < timedelta(minutes=1)


def test_what_changes_nothing_is_no_new_version():
    appeal = a_draft(starts_on=DAY, suggested_minor=[1000])
    assert not scheduling.schedule(appeal, {"starts_on": DAY, "suggested": [Money(1000, "gbp")], "target": None})
    assert appeal.version == 1


def test_none_takes_away():
    appeal = a_draft(starts_on=DAY, ends_on=DAY, precedence=1, target_minor=100)
    scheduling.schedule(appeal, {"ends_on": None, "precedence": None, "target": None})
    assert (appeal.ends_on, appeal.precedence, appeal.target) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"ends_on": DAY}, scheduling.DatesCrossed),
        ({"starts_on": DAY, "ends_on": DAY - timedelta(days=1)}, scheduling.DatesCrossed),
        ({"target": Money(0, "gbp")}, scheduling.NotATarget),
        ({"target": Money(100, "eur")}, scheduling.NotATarget),
        ({"suggested": [Money(1000, "gbp"), Money(-1, "gbp")]}, scheduling.NotATarget),
        ({"title": ""}, scheduling.NotATitle),
        ({"title": "x" * 201}, scheduling.NotATitle),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(changes, refusal):
    appeal = a_draft()
    with pytest.raises(refusal):
        scheduling.schedule(appeal, {"precedence": 5, **changes})
    assert (appeal.precedence, appeal.starts_on, appeal.ends_on, appeal.version) == (None, None, None, 1)


def test_an_end_is_the_last_day_of_gifts():
    appeal = a_draft(starts_on=DAY)
    assert scheduling.end(appeal, DAY)
    assert appeal.open_on(DAY)
    assert not appeal.open_on(DAY + timedelta(days=1))
    with pytest.raises(scheduling.DatesCrossed):
        scheduling.end(appeal, DAY - timedelta(days=1))


@given(
    st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,3}", fullmatch=True).filter(lambda slug: slug.isascii() and len(slug) <= 80)
)
def test_a_plain_address_is_taken(slug):
    assert scheduling.check_slug(slug) == slug


@pytest.mark.parametrize("slug", ["", "-a", "a-", "a--b", "A", "a b", "a/b", "ä", "x" * 81, "a\n"])
def test_what_is_no_address_is_refused(slug):
    with pytest.raises(scheduling.NotASlug):
        scheduling.check_slug(slug)
