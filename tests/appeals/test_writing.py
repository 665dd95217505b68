"""Writing appeals: each change is a version, and the money of one stays where it is."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from app import clock
from app.appeals import scheduling
from app.appeals import writing as appeals_writing
from app.articles import images, versions
from app.articles.versions import WrittenMeanwhile
from app.database import db, writing
from app.money import Money
from tests.cast import an_appeal

pytestmark = pytest.mark.both_databases


def test_a_new_appeal_has_its_first_version_and_an_account(app):
    with writing():
        appeal = appeals_writing.begin("roof", "gbp", "Slates.", {"title": "The roof", "target": Money(500_000, "gbp")})
    assert (appeal.version, appeal.title, appeal.target) == (1, "The roof", Money(500_000, "gbp"))
    assert [each.number for each in versions.versions(appeal)] == [1]
    with pytest.raises(appeals_writing.SlugTaken), writing():
        appeals_writing.begin("roof", "gbp", "", {"title": "Again"})
    with pytest.raises(scheduling.NotASlug), writing():
        appeals_writing.begin("The Roof", "gbp", "", {"title": "Again"})


def test_words_and_dates_changed_together_are_one_version(app):
    appeal = an_appeal()
    with writing():
        assert appeals_writing.revise(appeal, 1, "Other words.", {"title": "Other title", "ends_on": None})
    assert (appeal.version, appeal.text, appeal.title, appeal.ends_on) == (2, "Other words.", "Other title", None)
    with writing():
        assert appeals_writing.revise(appeal, 2, "Words alone.", {"title": "Other title"})
        assert not appeals_writing.revise(appeal, 3, "Words alone.", {"title": "Other title"})
    assert [each.number for each in versions.versions(appeal)] == [3, 2, 1]
    assert clock.now() - appeal.updated_at < timedelta(minutes=1)


def test_what_is_refused_changes_neither_words_nor_dates(app):
    appeal = an_appeal()
    for based_on, words, changes, refusal in (
        (1, "New", {"title": ""}, scheduling.NotATitle),
        (1, "New", {"target": Money(-1, "gbp")}, scheduling.NotATarget),
        (1, "![x](https://elsewhere.example/x.png)", {}, images.ForeignImage),
        (7, "New", {}, WrittenMeanwhile),
    ):
        with pytest.raises(refusal), writing():
            appeals_writing.revise(appeal, based_on, words, changes)
    db.session.expire_all()
    assert (appeal.version, appeal.text) == (1, "Paper, ink and *postage*.")


def test_an_old_version_comes_back_in_words_and_amounts_but_not_in_its_dates(app):
    appeal = an_appeal()
    ends_on = appeal.ends_on
    with writing():
        appeals_writing.revise(
            appeal, 1, "Other.", {"title": "Other", "target": None, "suggested": [], "ends_on": ends_on - timedelta(1)}
        )
    with writing():
        assert appeals_writing.restore(appeal, 2, versions.version(appeal, 1))
    assert (appeal.version, appeal.title, appeal.text) == (3, "Keep the press turning", "Paper, ink and *postage*.")
    assert (appeal.target, appeal.suggested_minor) == (Money(2_500_000, "gbp"), [1000, 2500, 5000])
    assert appeal.ends_on == ends_on - timedelta(1)


@pytest.mark.parametrize("change", ["currency = 'eur'", "reference = 'other'"])
def test_the_database_keeps_the_money_of_an_appeal_where_it_is(app, change):
    an_appeal()
    with pytest.raises(DatabaseError, match="keeps its reference and its currency"), writing():
        db.session.execute(text(f"UPDATE appeals SET {change}"))
