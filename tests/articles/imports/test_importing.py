"""Taking archive articles in: each once, edits kept, and the appeal under them offered once as a draft."""

from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from app import clock
from app.appeals import writing as writing_appeals
from app.appeals.appeal import Appeal, AppealAccount
from app.appeals.in_force import in_force
from app.articles import versions
from app.articles.article import Article
from app.articles.imports import printed_archive, taking_in
from app.articles.imports.taking_in import ImportOutcome, WrittenHere
from app.database import db, writing
from tests.articles.imports.archive import APPEAL, DEMANDS, EVENT, PARAGRAPHS, a_file

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]


def take_in(*lines, **head):
    with writing():
        found = printed_archive.read(a_file(*lines, **head))
        taken = taking_in.take_in(found)
        appeal, offered_now = writing_appeals.offer(found.appeal, "gbp") if found.appeal else (None, False)
        return SimpleNamespace(outcome=taken.outcome, article=taken.article, appeal=appeal, offered_now=offered_now)


def counted(table):
    return db.session.scalar(select(func.count()).select_from(table))


def test_a_new_article_is_added_with_all_that_was_read():
    taken = take_in(*EVENT, *PARAGRAPHS, *DEMANDS, *APPEAL)
    assert taken.outcome is ImportOutcome.NEW
    db.session.expire_all()
    article = db.session.scalars(select(Article)).one()
    assert (article.number, article.headline, article.version) == (4711, "Keep the ferry running", 1)
    assert article.text == "\n\n".join(PARAGRAPHS)
    assert len(article.demands) == 2
    assert clock.local(article.event_starts_at).hour == 12
    assert article.event_directions == "Nearest tram Quay"


def test_a_repeated_import_changes_nothing():
    take_in(*EVENT, *PARAGRAPHS, *APPEAL)
    again = take_in(*EVENT, *PARAGRAPHS, *APPEAL)
    assert again.outcome is ImportOutcome.UNCHANGED
    assert (counted(Article), counted(Appeal), counted(AppealAccount)) == (1, 1, 1)
    assert again.article.version == 1


def test_a_changed_file_updates_the_article():
    take_in(*EVENT, *PARAGRAPHS, *DEMANDS)
    again = take_in("A correction.", headline="Keep the ferries running")
    assert again.outcome is ImportOutcome.UPDATED
    db.session.expire_all()
    article = db.session.scalars(select(Article)).one()
    assert (article.headline, article.text, article.version) == ("Keep the ferries running", "A correction.", 2)
    assert (article.event_starts_at, article.event_place, article.demands) == (None, None, [])


def test_what_the_file_said_before_is_kept_as_a_version():
    take_in(*PARAGRAPHS)
    article = take_in("A correction.").article
    assert [(each.number, each.written_by) for each in versions.versions(article)] == [(2, "operator"), (1, "operator")]
    assert versions.version(article, 1).content["text"] == "\n\n".join(PARAGRAPHS)


def test_a_repeated_import_keeps_what_was_edited_here():
    article = take_in(*PARAGRAPHS).article
    with writing():
        article.headline = "Edited here"
        article.version += 1
    assert take_in(*PARAGRAPHS).outcome is ImportOutcome.UNCHANGED
    assert db.session.scalars(select(Article.headline)).one() == "Edited here"


def test_an_article_that_was_written_here_is_never_overwritten():
    with writing():
        now = clock.now()
        db.session.add(Article(number=4711, headline="Ours", text="Ours.", posted_at=now, updated_at=now))
    with pytest.raises(WrittenHere):
        take_in(*PARAGRAPHS)
    assert db.session.scalars(select(Article.headline)).one() == "Ours"


def test_one_appeal_under_many_articles_is_offered_once_as_a_draft():
    offers = [take_in(*PARAGRAPHS, *APPEAL, number=number) for number in (1, 2, 3)]
    assert [offer.offered_now for offer in offers] == [True, False, False]
    appeal = db.session.scalars(select(Appeal)).one()
    assert (appeal.slug, appeal.title, appeal.currency) == ("finance-appeal", "Finance appeal", "gbp")
    assert (appeal.starts_on, appeal.precedence, appeal.target) == (None, None, None)
    assert in_force(clock.today()) is None
    assert {offer.appeal.slug for offer in offers} == {"finance-appeal"}


def test_another_text_is_another_appeal_with_an_address_of_its_own():
    take_in(*PARAGRAPHS, *APPEAL, number=1)
    assert take_in(*PARAGRAPHS, "Finance appeal", "Glue is dear.", number=2).appeal.slug == "finance-appeal-2"
    assert take_in(*PARAGRAPHS, "Finance appeal", "Thread is dear.", number=3).appeal.slug == "finance-appeal-3"


def test_an_appeal_that_was_edited_here_is_not_offered_again():
    appeal = take_in(*PARAGRAPHS, *APPEAL, number=1).appeal
    with writing():
        appeal.text = "Much better words."
    assert not take_in(*PARAGRAPHS, *APPEAL, number=2).offered_now
    assert counted(Appeal) == 1
