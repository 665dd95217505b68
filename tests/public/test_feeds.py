"""What programs read: an Atom feed and a sitemap as their standards want them, and robots.txt."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from app import clock
from tests.cast import an_appeal
from tests.public.articles import AN_EVENT, an_article, page

pytestmark = pytest.mark.usefixtures("app")

ATOM = {"": "http://www.w3.org/2005/Atom"}
SITEMAP = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def tree(answer):
    assert answer.status_code == 200
    return ET.fromstring(answer.get_data())  # noqa: S314 - our own


def test_the_feed_has_what_the_standard_wants_of_it(client):
    answer = client.get("/feed.atom")
    assert answer.mimetype == "application/atom+xml"
    feed = tree(answer)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    assert feed.findtext("id", namespaces=ATOM) == "http://localhost/"
    assert feed.findtext("title", namespaces=ATOM) == "The Lantern"
    assert feed.findtext("author/name", namespaces=ATOM) == "The Lantern"
    assert datetime.fromisoformat(feed.findtext("updated", namespaces=ATOM)).tzinfo
    links = {link.get("rel"): link.get("href") for link in feed.findall("link", ATOM)}
    assert links == {"self": "http://localhost/feed.atom", "alternate": "http://localhost/"}


def test_an_entry_holds_the_whole_article(client):
    article = an_article(
        headline="Ferries & <slipways>", text="Keep *it* & more", demands=["Now"], version=2, **AN_EVENT
    )
    entry = tree(client.get("/feed.atom")).find("entry", ATOM)
    assert entry.findtext("id", namespaces=ATOM) == "http://localhost/articles/4711"
    assert entry.find("link", ATOM).get("href") == "http://localhost/articles/4711"
    assert entry.findtext("title", namespaces=ATOM) == "Ferries & <slipways>"
    assert entry.findtext("published", namespaces=ATOM) == "2012-06-19T12:13:00Z"
    assert entry.findtext("updated", namespaces=ATOM) == f"{article.updated_at:%Y-%m-%dT%H:%M:%SZ}"
    assert entry.find("content", ATOM).get("type") == "html"
    content = BeautifulSoup(entry.findtext("content", namespaces=ATOM), "html.parser")
    assert content.strong.get_text().startswith("Thursday 21 June 2012, 12 noon, By the slipway, 2 Harbour Road")
    assert content.em.get_text() == "it"
    assert content.li.get_text().strip() == "Now"


def test_the_newest_come_first_and_the_feed_is_as_new_as_the_newest_change(client):
    changed_at = datetime(2020, 1, 1, tzinfo=UTC)
    an_article(1, posted_at=datetime(2012, 1, 1, tzinfo=UTC), updated_at=changed_at, version=2)
    an_article(2, posted_at=datetime(2012, 1, 2, tzinfo=UTC), updated_at=changed_at - timedelta(days=9), version=2)
    feed = tree(client.get("/feed.atom"))
    assert [entry.findtext("title", namespaces=ATOM) for entry in feed.findall("entry", ATOM)] == [
        "Headline 2",
        "Headline 1",
    ]
    assert feed.findtext("updated", namespaces=ATOM) == "2020-01-01T00:00:00Z"


def test_a_reader_that_has_the_feed_is_told_so(client):
    an_article(1)
    tag = client.get("/feed.atom").headers["ETag"]
    assert client.get("/feed.atom", headers={"If-None-Match": tag}).status_code == 304
    an_article(2)
    assert client.get("/feed.atom", headers={"If-None-Match": tag}).status_code == 200


def test_pages_name_the_feed(client):
    an_article()
    for address in ("/", "/articles/4711", "/archive", "/archive/2012"):
        assert page(client.get(address)).select_one("link[type='application/atom+xml']")["href"] == "/feed.atom"


def test_the_sitemap_has_every_page_that_is_to_be_found(client):
    an_article(updated_at=datetime(2020, 1, 1, tzinfo=UTC), version=2)
    an_appeal("begun")
    an_appeal("to-come", starts_on=clock.today() + timedelta(days=1))
    an_appeal("draft", starts_on=None, ends_on=None)
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    urls = tree(answer)
    assert [loc.text for loc in urls.findall("url/loc", SITEMAP)] == [
        f"http://localhost{path}"
        for path in ("/", "/archive", "/archive/2012", "/appeals", "/appeals/begun", "/articles/4711")
    ]
    assert urls.findtext("url/lastmod", namespaces=SITEMAP) == "2020-01-01"
    for loc in urls.findall("url/loc", SITEMAP):
        assert client.get(loc.text).status_code == 200


def test_the_sitemap_takes_up_new_pages(client):
    tags = {client.get("/sitemap.xml").headers["ETag"]}
    an_article()
    tags.add(client.get("/sitemap.xml").headers["ETag"])
    an_appeal()
    tags.add(client.get("/sitemap.xml").headers["ETag"])
    assert len(tags) == 3


def test_robots_are_shown_the_sitemap_and_asked_to_leave_gifts_alone(client):
    lines = client.get("/robots.txt").get_data(as_text=True).splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /donations/" in lines
    assert "Sitemap: http://localhost/sitemap.xml" in lines


def test_an_archive_article_is_as_old_as_it_is_and_not_as_its_import(client):
    # 18 June 2012, 23:30 in UTC, is the 19th in London.
    an_article(posted_at=datetime(2012, 6, 18, 23, 30, tzinfo=UTC), updated_at=clock.now())
    feed = tree(client.get("/feed.atom"))
    assert feed.findtext("updated", namespaces=ATOM) == "2012-06-18T23:30:00Z"
    assert feed.findtext("entry/updated", namespaces=ATOM) == "2012-06-18T23:30:00Z"
    assert tree(client.get("/sitemap.xml")).findtext("url/lastmod", namespaces=SITEMAP) == "2012-06-19"
