"""The appeal's pages: its total in every form, the way to give, its beginning and its end."""

import itertools
import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.appeals import income, progress
from app.database import writing
from app.ledger import posting, reversing
from app.money import Money
from app.public import appeals
from app.public.appeals import qr
from app.web.filters import day
from tests.cast import an_appeal

numbers = itertools.count(1)


def receive(appeal, minor):
    """Book one gift to the appeal."""
    with writing():
        line = posting.Line(income.account_of(appeal), "assets:stripe", Money(minor, "gbp"))
        number = next(numbers)
        return posting.post(
            f"test:{number}",
            [line],
            kind="gift",
            subject=f"donation:{number}",
            memo="card gift received",
            occurred_at=clock.now(),
            recorded_by="test",
        )


def read(answer):
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def words(node):
    return " ".join(node.get_text(" ").split())


@pytest.fixture
def appeal(app):
    return an_appeal()


def test_an_appeal_shows_its_words_its_number_and_how_far_it_is(client, appeal):
    receive(appeal, 1_550_000)
    receive(appeal, 600)
    page = read(client.get("/appeals/press-fund"))
    assert words(page.h1) == "Keep the press turning"
    assert page.select_one(".prose em").get_text() == "postage"
    assert words(page.select_one(".raised__number")) == "£15,506"
    assert re.fullmatch(r"raised of £25,000 · 62% · as at \d+\.\d\d", words(page.select_one(".raised__of")))
    assert page.select_one(".bar")["aria-label"] == "62% of the target raised"
    assert words(page.select_one(".raised__facts")) == "gifts 2 days left 31 needed a day £307"


def test_what_raised_means_stands_beside_the_number(client, appeal):
    meaning = words(read(client.get("/appeals/press-fund")).select_one(".appeal .meaning"))
    assert "Gifts received, less refunds" in meaning


def test_what_was_given_back_is_no_longer_raised(client, appeal):
    entry = receive(appeal, 2500).entry_id
    with writing():
        reversing.reverse(entry, memo="correction", recorded_by="test")
    page = read(client.get("/appeals/press-fund"))
    assert words(page.select_one(".raised__number")) == "£0"
    assert words(page.select_one(".raised__facts")).startswith("gifts 0 ")


def test_suggested_amounts_are_radio_buttons_of_which_none_is_chosen(client, appeal):
    form = read(client.get("/appeals/press-fund")).select_one("form")
    assert (form["method"], form["action"]) == ("get", "/appeals/press-fund/donate")
    assert [each["value"] for each in form.select("[type=radio][name=amount]")] == ["10.00", "25.00", "50.00", "other"]
    assert form.select("[checked]") == []
    assert form.select_one("[type=text][name=other]")["inputmode"] == "decimal"
    assert len(form.select("button")) == 1


def test_an_appeal_that_suggests_nothing_asks_for_the_amount(client):
    an_appeal(suggested_minor=[])
    form = read(client.get("/appeals/press-fund")).select_one("form")
    assert form.select("[type=radio]") == []
    assert form.select_one("[name=amount]")["value"] == "other"
    assert words(form.select_one("label[for=other]")) == "Amount, in British pounds"


@pytest.mark.parametrize("days", [(-9, -1), (2, 9)], ids=["ended", "not begun"])
def test_before_and_after_its_days_an_appeal_says_so_and_offers_no_form(client, days):
    first, last = (clock.today() + timedelta(days=each) for each in days)
    an_appeal(starts_on=first, ends_on=last)
    page = read(client.get("/appeals/press-fund"))
    assert page.select("form") == []
    said = "This appeal has ended" if days[0] < 0 else "This appeal has not started yet"
    assert words(page.select_one(".notice__title")) == said
    assert page.select_one(".leaflet") is None


def test_an_appeal_takes_gifts_on_its_last_day(client):
    an_appeal(ends_on=clock.today())
    page = read(client.get("/appeals/press-fund"))
    assert page.select_one("form")
    assert "day left 1" in words(page.select_one(".raised__facts"))


@pytest.mark.parametrize(
    "path", ["/appeals/press-fund", "/appeals/press-fund/raised", "/appeals/press-fund/raised.json"]
)
def test_a_draft_is_not_public(client, path):
    an_appeal(starts_on=None, ends_on=None)
    assert client.get(path).status_code == 404
    assert client.get("/appeals/unknown").status_code == 404


def test_a_text_cannot_bring_a_script_along(client):
    an_appeal(title="<script>1</script>", text="<script>2</script> [x](javascript:3)")
    page = read(client.get("/appeals/press-fund"))
    assert page.select("script:not([src]):not([type='application/ld+json'])") == []
    assert page.select("a[href^=javascript]") == []


def test_the_fragment_is_the_very_html_of_the_page(client, appeal):
    receive(appeal, 2500)
    fragment = client.get("/appeals/press-fund/raised").text
    assert fragment.strip()
    assert fragment in client.get("/appeals/press-fund").text
    wrapper = read(client.get("/appeals/press-fund")).select_one("[data-live]")
    assert wrapper["data-live"] == "/live/appeals/press-fund"
    assert wrapper["data-fragment"] == "/appeals/press-fund/raised"


def test_a_total_that_has_not_changed_is_not_sent_again(client, appeal, monkeypatch):
    first = client.get("/appeals/press-fund/raised")
    known = {"If-None-Match": first.headers["ETag"]}
    later = clock.now() + timedelta(seconds=70)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert client.get("/appeals/press-fund/raised", headers=known).status_code == 304
    receive(appeal, 2500)
    moved = client.get("/appeals/press-fund/raised", headers=known)
    assert moved.status_code == 200
    assert "£25" in moved.text
    assert moved.headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("path", ["/appeals", "/appeals/press-fund"])
def test_a_page_is_sent_again_only_when_it_has_changed(client, appeal, path, monkeypatch):
    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)
    first = client.get(path)
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304
    receive(appeal, 2500)
    assert "£25" in client.get(path, headers=known).text


def test_a_day_less_is_a_new_version(app, appeal, monkeypatch):
    version = appeals.render("press-fund")[0]
    tomorrow = clock.now() + timedelta(days=1)
    monkeypatch.setattr(clock, "now", lambda: tomorrow)
    assert appeals.render("press-fund")[0] != version


def test_the_fragment_is_rendered_without_a_request(app, appeal):
    _version, html = appeals.render("press-fund")
    assert 'data-said="£0 raised of £25,000"' in html
    assert appeals.render("unknown") is None


def test_programs_read_the_total_in_minor_units(client, appeal):
    receive(appeal, 2550)
    facts = client.get("/appeals/press-fund/raised.json").get_json()
    assert facts.pop("as_at").endswith("+00:00")
    assert facts == {"currency": "gbp", "raised_minor": 2550, "gifts": 1, "target_minor": 2_500_000}


def test_an_appeal_without_a_target_has_no_bar_and_no_share(client):
    appeal = an_appeal(target_minor=None, ends_on=None)
    receive(appeal, 2500)
    page = read(client.get("/appeals/press-fund"))
    assert page.select(".bar") == []
    assert "%" not in words(page.select_one(".raised"))
    assert client.get("/appeals/press-fund/raised.json").get_json()["target_minor"] is None


@pytest.mark.parametrize(
    ("raised", "laps"),
    [
        (0, (0,)),
        (1, (1,)),
        (620, (620,)),
        (999, (999,)),
        (1000, (1000,)),
        (1240, (1000, 240)),
        (2000, (1000, 1000)),
        (9990, (1000, 1000, 1000, 1000)),
    ],
)
def test_past_the_target_the_bar_begins_another_lap(app, raised, laps):
    appeal = an_appeal(target_minor=100_000)
    if raised:
        receive(appeal, raised * 100)
    assert progress.of(appeal).laps == laps


def test_past_the_target_the_page_says_by_how_much(client):
    receive(an_appeal(target_minor=500_000), 620_000)
    page = read(client.get("/appeals/press-fund"))
    assert words(page.select_one(".raised__facts")).endswith("beyond the target £1,200")
    assert [each["width"] for each in page.select(".bar__done")] == ["1000", "240"]


@given(needed=st.integers(1, 10**9), days=st.integers(1, 400))
def test_who_gives_what_is_needed_a_day_gets_there_and_hardly_further(needed, days):
    each = progress._a_day(Money(needed, "gbp"), days)
    assert each.minor % 100 == 0
    assert 0 <= each.minor * days - needed < days * 100


def test_on_paper_stands_the_address_to_give_at_and_its_code(client, appeal):
    answer = client.get("/appeals/press-fund")
    assert words(read(answer).select_one(".on-paper .leaflet__address")) == "localhost/appeals/press-fund"
    assert qr("http://localhost/appeals/press-fund") in answer.text


def test_the_list_has_what_is_open_first_and_what_is_past_after_it(client):
    today = clock.today()
    an_appeal("in-force", title="In force", precedence=5)
    an_appeal("beside", title="Beside", precedence=None)
    an_appeal("old", title="Old", starts_on=today - timedelta(days=90), ends_on=today - timedelta(days=60))
    an_appeal("older", title="Older", starts_on=today - timedelta(days=900), ends_on=today - timedelta(days=600))
    an_appeal("draft", title="Draft", starts_on=None, ends_on=None)
    an_appeal("coming", title="Coming", starts_on=today + timedelta(days=1))
    titles = [words(each) for each in read(client.get("/appeals")).select(".fund__title")]
    assert titles == ["In force", "Beside", "Coming", "Old", "Older"]


def test_without_an_appeal_the_list_says_so(client):
    assert "No appeal is open today" in words(read(client.get("/appeals")).main)


def test_appeals_to_come_are_listed_with_both_their_days(client, appeal):
    first, last = (clock.today() + timedelta(days=each) for each in (40, 60))
    an_appeal("later", title="Later", starts_on=first, ends_on=last)
    an_appeal("sooner", title="Sooner", starts_on=clock.today() + timedelta(days=3), ends_on=None)
    an_appeal("draft", title="Draft", starts_on=None, ends_on=None)
    coming = read(client.get("/appeals")).select_one("section[aria-labelledby=coming]")
    assert [words(each) for each in coming.select("h3")] == ["Sooner", "Later"]
    assert words(coming.select(".fund__days")[1]) == f"{day(first)} to {day(last)}"
    assert coming.select(".bar") == []
    page = read(client.get("/appeals/later"))
    assert words(page.select_one(".byline")) == f"{day(first)} to {day(last)}"
    assert f"It takes gifts from {day(first)} to {day(last)}." in words(page.select_one(".notice"))
