"""What names a page: it stays while the page would stay, and changes with anything that the page shows."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app import clock
from app.appeals import income, scheduling
from app.articles.article import Article
from app.database import db, writing
from app.ledger import posting, reversing
from app.money import Money
from app.public import page_identity
from app.public.page_identity import AppealIdentity
from tests.cast import an_appeal

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.both_databases]


def an_article(number, day):
    article = Article(number=number, headline="H", text="T", updated_at=clock.now(), version=1)
    article.posted_at = datetime(2012, 6, day, tzinfo=UTC)
    with writing():
        db.session.add(article)
    return article


def receive(appeal, source="test:1"):
    with writing():
        line = posting.Line(income.account_of(appeal), "assets:stripe", Money(2500, "gbp"))
        return posting.post(
            source, [line], kind="gift", subject="donation:x", memo="card gift received", occurred_at=clock.now(),
            recorded_by="test",
        ).entry_id  # fmt: skip


def of(number):
    return page_identity.of_article(number, clock.today())


def test_an_article_that_is_not_there_has_none():
    assert of(1) is None


def test_an_article_alone_has_neither_neighbours_nor_appeal():
    an_article(7, 3)
    assert of(7) == (1, None, None, None, None, None)
    assert of(7).appeal == AppealIdentity()
    assert (of(7).number_before, of(7).number_after) == (None, None)


def test_neighbours_are_those_posted_before_and_after_whatever_their_numbers():
    for number, day in ((30, 1), (10, 3), (20, 3), (40, 5)):
        an_article(number, day)
    around = {number: (of(number).number_before, of(number).number_after) for number in (30, 10, 20, 40)}
    assert around == {30: (None, 10), 10: (30, 20), 20: (10, 40), 40: (20, None)}


def test_it_changes_with_the_article_and_with_its_neighbours():
    before, article, after = an_article(1, 1), an_article(2, 2), an_article(3, 3)
    seen = {of(2)}
    for each in (before, article, after):
        with writing():
            each.version += 1
        seen.add(of(2))
    assert len(seen) == 4
    assert of(2) == of(2)


def test_it_changes_with_the_appeal_in_force_and_with_every_movement():
    an_article(1, 1)
    seen = [of(1)]
    appeal = an_appeal()
    seen.append(of(1))
    entry = receive(appeal)
    seen.append(of(1))
    with writing():
        reversing.reverse(entry, memo="correction", recorded_by="test")
    seen.append(of(1))
    with writing():
        scheduling.schedule(appeal, {"title": "New words"})
    seen.append(of(1))
    other = an_appeal("urgent", precedence=9)
    seen.append(of(1))
    assert len(set(seen)) == len(seen)
    assert of(1).appeal_id == other.id
    assert of(1).appeal == page_identity.of_appeal_in_force(clock.today())


def test_no_appeal_in_force_is_an_identity_too():
    an_appeal(ends_on=clock.today())
    assert page_identity.of_appeal_in_force(clock.today()).appeal_version == 1
    assert page_identity.of_appeal_in_force(clock.today() + timedelta(days=1)) == AppealIdentity()


def test_the_latest_are_named_by_number_and_version():
    an_article(1, 1)
    article = an_article(2, 2)
    with writing():
        article.version += 1
    assert page_identity.of_latest() == [(2, 2), (1, 1)]


def test_a_database_that_fails_looks_as_it_does_through_the_session():
    with pytest.raises(OperationalError):
        page_identity.rows(lambda: select(db.text("nothing")).select_from(db.text("nowhere")))
    assert page_identity.of_latest() == []
