"""The reading pages: what an article shows, its neighbours, its print view, its calendar entry, the archive."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar

from app import clock
from app.appeals import income, scheduling
from app.database import writing
from app.ledger import posting
from app.money import Money
from tests.cast import an_appeal
from tests.public.articles import AN_EVENT, an_article, page, words

pytestmark = pytest.mark.usefixtures("app")


def itemprops(soup):
    return {node["itemprop"]: node for node in soup.select("[itemprop]")}


def receive(appeal, minor):
    with writing():
        line = posting.Line(income.account_of(appeal), "assets:stripe", Money(minor, "gbp"))
        posting.post(
            f"test:{minor}", [line], kind="gift", subject="donation:x", memo="card gift received",
            occurred_at=clock.now(), recorded_by="test",
        )  # fmt: skip


def test_an_article_shows_its_number_its_permanent_link_its_time_and_its_words(client):
    an_article(headline="Keep <the> ferry", demands=["Keep it!", "Ask *first*"])
    soup = page(client.get("/articles/4711"))
    assert words(soup.h1) == "Keep <the> ferry"
    byline = words(soup.select_one(".byline"))
    assert "4711" in byline
    assert "Posted on 19 June 2012 at 13.13 BST" in byline
    assert soup.select_one(".byline a[rel=bookmark]").get_text() == "http://localhost/articles/4711"
    assert soup.select_one("link[rel=canonical]")["href"] == "http://localhost/articles/4711"
    assert [words(p) for p in soup.select(".article > .prose p")] == ["First words .", "More words."]
    assert [words(li) for li in soup.select(".demands li")] == ["Keep it!", "Ask first"]
    assert soup.select("[itemtype]") == []
    assert soup.select(".event") == []


def test_what_an_article_announces_is_said_to_people_and_to_machines(client):
    an_article(**AN_EVENT)
    soup = page(client.get("/articles/4711"))
    assert words(soup.select_one(".event")).startswith(
        "When Thursday 21 June 2012, 12 noon Where By the slipway , 2 Harbour Road, Ambleford AM1 2QX "
        "Getting there Nearest tram Quay"
    )
    assert soup.select_one("[itemtype='https://schema.org/Event']")
    props = itemprops(soup)
    assert props["startDate"]["datetime"] == "2012-06-21T12:00+01:00"
    assert "endDate" not in props
    assert props["location"]["itemtype"] == "https://schema.org/Place"
    assert props["name"].find_parent(attrs={"itemprop": "location"}).get_text().count("slipway") == 1
    assert props["address"].get_text() == "2 Harbour Road, Ambleford AM1 2QX"
    assert soup.select_one("meta[itemprop=name]")["content"] == "Headline 4711"
    assert props["url"]["href"] == "http://localhost/articles/4711"


def test_an_event_may_last_and_may_have_no_address(client):
    ends_at = datetime(2012, 6, 21, 13, tzinfo=UTC)
    an_article(**{**AN_EVENT, "event_ends_at": ends_at, "event_place": "Mill Hall", "event_directions": None})
    soup = page(client.get("/articles/4711"))
    assert words(soup.select_one(".event time")) == "Thursday 21 June 2012, 12 noon to 2pm"
    assert itemprops(soup)["endDate"]["content"] == "2012-06-21T14:00+01:00"
    assert soup.select_one("[itemprop='name address']").get_text() == "Mill Hall"


def test_previous_and_next_go_by_the_time_of_posting(client):
    for number, day in ((30, 1), (10, 2), (20, 3)):
        an_article(number, posted_at=datetime(2012, 6, day, tzinfo=UTC))

    def neighbours(number):
        links = page(client.get(f"/articles/{number}")).select(".neighbours a")
        return {link["rel"][0]: (link["href"], link.get_text()) for link in links}

    assert neighbours(10) == {"prev": ("/articles/30", "Headline 30"), "next": ("/articles/20", "Headline 20")}
    assert neighbours(30) == {"next": ("/articles/10", "Headline 10")}
    assert neighbours(20) == {"prev": ("/articles/10", "Headline 10")}


def test_no_text_can_bring_a_script_along(client):
    script = "<script>alert(1)</script>"
    an_article(
        headline=script,
        text=f"{script} [x](javascript:alert(1)) ![x](http://elsewhere.example/)",
        demands=["<img src=x onerror=alert(1)>"],
        event_starts_at=clock.now(),
        event_place=f"{script}, 1 Lane",
    )
    soup = page(client.get("/articles/4711"))
    code = soup.select("script:not([type='application/ld+json'])")
    assert [each for each in code if not each.get("src", "").startswith("/static/")] == []
    assert soup.select("main img") == []
    assert [link for link in soup.select("a[href]") if "script" in link["href"]] == []


@pytest.mark.parametrize(
    "address",
    [
        "/articles/1", "/articles/0", "/articles/-1", "/articles/99999999999999999999999", "/articles/x",
        "/articles/1/print", "/articles/1.ics", "/archive/2011", "/archive/99999", "/archive/x",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(client, address):
    an_article()
    assert client.get(address).status_code == 404


def test_the_appeal_in_force_stands_under_every_article_and_is_switched_without_touching_one(client):
    an_article(1)
    an_article(2)

    def titles():
        return {words(node) for n in (1, 2) for node in page(client.get(f"/articles/{n}")).select(".appeal__title")}

    assert titles() == set()
    steady = an_appeal("steady", title="Steady", precedence=1)
    assert titles() == {"Steady"}
    an_appeal("urgent", title="Urgent", precedence=9, ends_on=clock.today())
    assert titles() == {"Urgent"}
    with writing():
        scheduling.schedule(steady, {"precedence": 10})
    assert titles() == {"Steady"}
    with writing():
        scheduling.schedule(steady, {"precedence": None})
    assert titles() == {"Urgent"}


def test_an_appeal_ends_by_itself(client, monkeypatch):
    an_article()
    an_appeal(ends_on=clock.today())
    assert page(client.get("/articles/4711")).select_one(".appeal")
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert page(client.get("/articles/4711")).select(".appeal") == []


def test_who_has_the_page_is_told_so_until_anything_on_it_changes(client, monkeypatch):
    moment = clock.now().replace(second=10)
    monkeypatch.setattr(clock, "now", lambda: moment)
    article, appeal = an_article(), an_appeal()
    tags = []

    def changed():
        answer = client.get("/articles/4711", headers={"If-None-Match": tags[-1]} if tags else {})
        assert answer.headers["Cache-Control"] == "no-cache"
        assert "Set-Cookie" not in answer.headers
        if answer.status_code == 304:
            assert answer.get_data() == b""
            assert answer.headers["ETag"] == tags[-1]
            return False
        tags.append(answer.headers["ETag"])
        return True

    assert changed()
    assert not changed()
    receive(appeal, 2500)
    assert changed()
    assert "£25" in client.get("/articles/4711").get_data(as_text=True)
    assert not changed()
    with writing():
        article.version += 1
    assert changed()
    an_article(4712, posted_at=clock.now())
    assert changed()
    assert not changed()
    later = moment + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert changed()
    assert len(set(tags)) == len(tags) == 5


def test_the_time_alone_changes_no_page_without_an_appeal(client, monkeypatch):
    an_article()
    tag = client.get("/articles/4711").headers["ETag"]
    later = clock.now() + timedelta(days=3)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get("/articles/4711", headers={"If-None-Match": f"W/{tag}"}).status_code == 304


def test_on_paper_there_is_the_article_and_the_address_to_give_at(client):
    an_article(**AN_EVENT)
    an_appeal()
    soup = page(client.get("/articles/4711/print"))
    assert words(soup.h1) == "Headline 4711"
    assert soup.select_one(".event")
    assert soup.select_one(".leaflet .qr")
    assert "localhost/appeals/press-fund" in words(soup.select_one(".leaflet"))
    assert soup.select("nav") == []
    assert soup.select_one("link[rel=canonical]")["href"] == "http://localhost/articles/4711"


def test_the_event_can_be_taken_into_a_calendar(client):
    article = an_article(**AN_EVENT)
    link = page(client.get("/articles/4711")).select_one(".event a")["href"]
    answer = client.get(link)
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="4711.ics"'
    entry = Calendar.from_ical(answer.get_data()).walk("VEVENT")[0]
    assert entry["summary"] == "Headline 4711"
    assert entry["dtstart"].dt == article.event_starts_at
    known = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(link, headers=known).status_code == 304


def test_an_article_without_an_event_has_no_calendar_entry(client):
    an_article()
    assert client.get("/articles/4711.ics").status_code == 404


def test_the_archive_lists_years_and_what_each_has_by_month(client):
    assert "No articles have been published yet" in words(page(client.get("/archive")).main)
    an_article(1, posted_at=datetime(2012, 6, 30, 23, 30, tzinfo=UTC))
    an_article(2, posted_at=datetime(2012, 6, 1, tzinfo=UTC))
    an_article(3, posted_at=datetime(2014, 1, 1, tzinfo=UTC))
    years = page(client.get("/archive")).select(".years li")
    assert [words(year) for year in years] == ["2014 1 article", "2012 2 articles"]
    months = page(client.get(years[1].a["href"])).select(".month")
    assert [words(month.h2) for month in months] == ["July", "June"]
    assert [words(entry) for entry in months[0].select("li")] == ["1 July 2012 Headline 1"]
    assert months[1].select_one("a")["href"] == "/articles/2"


def test_the_archive_shows_a_new_article_at_once(client):
    an_article(1)
    tag = client.get("/archive/2012").headers["ETag"]
    assert client.get("/archive/2012", headers={"If-None-Match": tag}).status_code == 304
    an_article(2)
    assert len(page(client.get("/archive/2012", headers={"If-None-Match": tag})).select(".month li")) == 2
