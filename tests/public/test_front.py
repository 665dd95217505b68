"""The front page, and the way to the appeal in force."""

from datetime import UTC, datetime, timedelta

import pytest

from app import clock
from app.appeals import writing as appeals_writing
from app.articles.reading import LATEST
from app.database import writing
from tests.cast import an_appeal
from tests.public.articles import AN_EVENT, an_article, page, words

pytestmark = pytest.mark.usefixtures("app")


def test_an_empty_site_says_so(client):
    assert "No articles have been published yet" in words(page(client.get("/")).main)


def test_the_latest_articles_come_first_with_their_event_and_their_first_words(client):
    for number in range(1, LATEST + 3):
        an_article(number, posted_at=datetime(2012, 6, number, tzinfo=UTC))
    an_article(99, posted_at=datetime(2012, 7, 1, tzinfo=UTC), **AN_EVENT)
    teasers = page(client.get("/")).select(".teaser")
    assert len(teasers) == LATEST
    assert words(teasers[0]) == "Thursday 21 June 2012, 12 noon Headline 99 1 July 2012 First words."
    assert teasers[1].a["href"] == f"/articles/{LATEST + 2}"


def test_the_appeal_in_force_stands_beside_them(client):
    an_article()
    assert page(client.get("/")).select(".appeal") == []
    an_appeal()
    assert words(page(client.get("/")).select_one(".appeal__title")) == "Keep the press turning"


def test_who_has_the_page_is_told_so_until_an_article_changes(client):
    an_article(1)
    tag = client.get("/").headers["ETag"]
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 304
    an_article(2)
    assert client.get("/", headers={"If-None-Match": tag}).status_code == 200


def test_donate_leads_to_the_appeal_in_force_and_is_asked_again_each_time(client):
    an_appeal("winter")
    answer = client.get("/donate")
    assert (answer.status_code, answer.location) == (302, "/appeals/winter/donate")
    assert answer.headers["Cache-Control"] == "no-store"


def test_donate_says_when_no_appeal_is_open(client):
    an_appeal("over", starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() - timedelta(days=1))
    answer = client.get("/donate")
    assert words(page(answer).h1) == "No appeal is open today"
    assert answer.headers["Cache-Control"] == "no-store"


def test_donate_and_the_page_of_an_ended_appeal_lead_to_the_general_fund_when_no_other_is_open(client):
    an_appeal("over", starts_on=clock.today() - timedelta(days=9), ends_on=clock.today() - timedelta(days=1))
    with writing():
        appeals_writing.ensure_general_fund("gbp", "General fund", "For *all* of our work.")
    assert client.get("/donate").location == "/appeals/general-fund/donate"
    assert "Give to “General fund”" in words(page(client.get("/appeals/over")).main)
    form = words(page(client.get("/appeals/over/donate")).main)
    assert "Your gift will go to “General fund”" in form
    assert "Your gift goes to The Lantern for all of its work." in form
    assert page(client.get("/")).select(".appeal") == []


def test_the_general_fund_stands_last_in_the_list_of_appeals(client):
    with writing():
        appeals_writing.ensure_general_fund("gbp", "General fund", "For *all* of our work.")
    an_appeal("own-page", title="The roof", precedence=None, starts_on=clock.today() - timedelta(days=400))
    titles = [words(title) for title in page(client.get("/appeals")).select(".fund__title")]
    assert titles == ["The roof", "General fund"]
    assert words(page(client.get("/appeals/general-fund")).select_one(".kicker")) == "For all of our work"
