"""Writing articles: numbers are permanent, every version is kept, and nobody overwrites another unseen."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from app import clock
from app.articles import images, versions
from app.articles import writing as articles_writing
from app.articles.article import Article
from app.articles.versions import Version, WrittenMeanwhile
from app.database import db, writing
from tests.articles.drafting import a_manuscript, begun
from tests.public.articles import an_article

pytestmark = pytest.mark.both_databases


def numbers(article) -> list[int]:
    return [each.number for each in versions.versions(article)]


def test_a_new_article_gets_the_number_after_the_highest_and_keeps_it_while_it_is_a_draft(app):
    an_article(4711)
    article = begun(draft=True)
    assert (article.number, article.version, article.draft) == (4712, 1, True)
    with writing():
        articles_writing.revise(article, 1, a_manuscript())
    assert (article.number, article.version, article.draft) == (4712, 2, False)
    assert begun().number == 4713


def test_every_version_is_kept_whole_with_its_moment_and_its_hand(app):
    article = begun()
    with writing():
        assert articles_writing.revise(article, 1, a_manuscript(text="Other words.", demands=()))
    assert numbers(article) == [2, 1]
    first = versions.version(article, 1)
    assert first.content["text"] == "First *words*.\n\nMore words."
    assert first.content["demands"] == ["Mend it."]
    assert versions.fields(first)["posted_at"] == article.posted_at
    assert first.written_by == "operator"
    assert clock.now() - first.written_at < timedelta(minutes=1)


def test_what_changes_nothing_is_no_version(app):
    article = begun()
    with writing():
        assert not articles_writing.revise(article, 1, a_manuscript())
    assert (article.version, numbers(article)) == (1, [1])


def test_what_was_there_before_versions_were_kept_is_kept_at_its_first_change(app):
    article = an_article(8, version=3)
    with writing():
        articles_writing.revise(article, 3, a_manuscript())
    assert numbers(article) == [4, 3]
    assert versions.version(article, 3).content["headline"] == "Headline 8"


def test_whoever_saves_over_a_newer_version_is_told_and_changes_nothing(app):
    article = begun()
    with writing():
        articles_writing.revise(article, 1, a_manuscript(headline="Hers"))
    with pytest.raises(WrittenMeanwhile), writing():
        articles_writing.revise(article, 1, a_manuscript(headline="His"))
    db.session.expire_all()
    assert db.session.scalars(select(Article.headline)).one() == "Hers"
    assert numbers(article) == [2, 1]


def test_an_old_version_comes_back_as_a_new_one_and_stays_as_public_as_it_was(app):
    article = begun(draft=True)
    with writing():
        articles_writing.revise(article, 1, a_manuscript(text="Worse words.", draft=False))
    with writing():
        assert articles_writing.restore(article, 2, versions.version(article, 1))
    assert (article.version, article.text, article.draft) == (3, "First *words*.\n\nMore words.", False)
    assert numbers(article) == [3, 2, 1]


def test_an_event_that_ends_before_it_starts_is_refused(app):
    now = clock.now()
    for changes in ({"event_ends_at": now}, {"event_starts_at": now, "event_ends_at": now - timedelta(hours=1)}):
        with pytest.raises(articles_writing.EventCrossed), writing():
            articles_writing.begin(a_manuscript(**changes))


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("![A press](https://elsewhere.example/p.png)", images.ForeignImage),
        ("![A press](/images/0123456789abcdef-1280.webp)", images.ForeignImage),
        ("![](/images/0123456789abcdef-1280.webp)", images.ImageWithoutWords),
    ],
)
def test_images_from_elsewhere_and_images_without_words_are_refused(app, words, refusal):
    for changes in ({"text": words}, {"demands": ("One", words)}):
        with pytest.raises(refusal), writing():
            articles_writing.begin(a_manuscript(**changes))


@pytest.mark.parametrize("statement", ["UPDATE versions SET number = 9", "DELETE FROM versions"])
def test_the_database_itself_keeps_versions(app, statement):
    begun()
    with pytest.raises(DatabaseError, match="a version stays"), writing():
        db.session.execute(text(statement))
    assert db.session.scalars(select(Version.number)).all() == [1]
