"""What is not public yet is nowhere: not for who looks it up, not beside its neighbours, not in what is counted."""

from datetime import timedelta

import pytest

from app import clock
from app.articles import reading
from app.articles import writing as articles_writing
from app.database import writing
from app.public import page_identity
from tests.articles.drafting import a_manuscript, begun

pytestmark = pytest.mark.both_databases


def known() -> list[int]:
    """The numbers that readers can come across."""
    newest = [article.number for article in reading.latest()]
    assert [number for number, _version in page_identity.of_latest()] == newest
    assert [row.number for row in reading.addresses(10)] == newest
    year = clock.local(clock.now()).year
    assert {article.number for article in reading.posted_in(year)} == set(newest)
    assert reading.extent().articles == len(newest)
    assert sum(count for _year, count in reading.years()) == len(newest)
    return newest


def seen(number: int) -> bool:
    """Whether readers get an article at its own address."""
    found = reading.article(number) is not None
    assert (page_identity.of_article(number, clock.today()) is not None) is found
    return found


@pytest.fixture
def this_year(monkeypatch) -> None:
    """A day on which an hour ago, and a day from now, are in the same local year."""
    now = clock.now().replace(month=6, day=15)
    monkeypatch.setattr(clock, "now", lambda: now)


@pytest.mark.usefixtures("this_year")
@pytest.mark.parametrize("hidden", [{"draft": True}, {"ahead": timedelta(seconds=1)}, {"ahead": timedelta(days=1)}])
def test_a_draft_and_a_scheduled_article_are_nowhere(app, hidden):
    now = clock.now()
    before, after = begun(posted_at=now - timedelta(hours=2)), begun(posted_at=now)
    between = begun(
        draft=hidden.get("draft", False), posted_at=now + hidden["ahead"] if "ahead" in hidden else now - timedelta(1)
    )
    assert known() == [after.number, before.number]
    assert not seen(between.number)
    assert page_identity.of_article(before.number, clock.today()).number_after == after.number
    assert page_identity.of_article(after.number, clock.today()).number_after is None
    assert page_identity.of_article(before.number, clock.today()).number_before is None


@pytest.mark.usefixtures("this_year")
def test_a_scheduled_article_appears_at_its_moment_and_every_mark_changes_with_it(app, monkeypatch):
    first = begun(posted_at=clock.now() - timedelta(hours=1))
    moment = clock.now() + timedelta(minutes=1)
    coming = begun(posted_at=moment)
    before = reading.extent(), page_identity.of_latest(), page_identity.of_article(first.number, clock.today())
    for now, there in ((moment - timedelta(microseconds=1), False), (moment, True)):
        monkeypatch.setattr(clock, "now", lambda now=now: now)
        assert seen(coming.number) is there
        assert (coming.number in known()) is there
    after = reading.extent(), page_identity.of_latest(), page_identity.of_article(first.number, clock.today())
    assert not [mark for mark in before if mark in after]


@pytest.mark.usefixtures("this_year")
def test_one_taken_back_while_another_appears_changes_the_mark_of_the_archive_too(app, monkeypatch):
    now = clock.now()
    going, coming = begun(posted_at=now - timedelta(hours=1)), begun(posted_at=now + timedelta(minutes=1))
    begun(posted_at=now - timedelta(hours=2))
    with writing():
        articles_writing.revise(coming, 1, a_manuscript(headline="Later", posted_at=now + timedelta(minutes=2)))
    before = reading.extent()
    with writing():
        articles_writing.revise(going, 1, a_manuscript(draft=True))
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=3))
    assert reading.extent() != before
