"""The example organisation: complete, loaded once, and only in practice mode."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock, create_app
from app.appeals import raised
from app.appeals.appeal import Appeal
from app.articles.article import Article
from app.config import Settings
from app.extensions import db
from app.ledger.entries import Entry
from app.writing import writing


def load(app: Flask) -> str:
    result = app.test_cli_runner().invoke(args=["example", "load"])
    assert result.exit_code == 0, result.output
    return result.output


def test_it_brings_articles_old_and_new_events_ahead_and_one_appeal_in_force(app: Flask) -> None:
    assert "11 articles and 2 appeals" in load(app)
    articles = db.session.scalars(select(Article)).all()
    assert all(article.posted_at <= clock.now() for article in articles)
    assert min(article.posted_at.year for article in articles) == 2012
    ahead = [a for a in articles if a.event_starts_at and a.event_starts_at > clock.now()]
    assert len(ahead) == 3
    assert [a.number for a in ahead if a.event_all_day] == [114]
    appeals = db.session.scalars(select(Appeal)).all()
    assert [a.slug for a in appeals if a.open_on(clock.today()) and a.precedence] == ["keep-the-lantern-lit"]


def test_nothing_in_its_books_is_made_up(app: Flask) -> None:
    load(app)
    assert db.session.scalar(select(func.count()).select_from(Entry)) == 0
    assert {each.amount.minor for each in raised.of(db.session.scalars(select(Appeal)).all()).values()} == {0}


def test_a_second_load_changes_nothing_even_after_an_edit(app: Flask) -> None:
    load(app)
    with writing():
        article = db.session.scalars(select(Article).where(Article.number == 112)).one()
        article.headline = "Corrections: it was an otter after all"
    assert load(app) == ""
    assert db.session.scalar(select(func.count()).select_from(Article)) == 11
    assert db.session.scalars(select(Article.headline).where(Article.number == 112)).one().endswith("after all")


@pytest.mark.usefixtures("app")
def test_it_stays_out_of_books_that_are_not_for_practice(settings: Settings) -> None:
    earnest = create_app(replace(settings, practice=False))
    with earnest.app_context():
        result = earnest.test_cli_runner().invoke(args=["example", "load"])
        db.engine.dispose()
    assert result.exit_code == 1
    assert "only for practice mode" in result.output
