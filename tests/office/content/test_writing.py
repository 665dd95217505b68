"""Writing in the office: articles and appeals are begun, previewed, saved, overtaken, compared and brought back."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import event, func, select

from app import clock
from app.appeals import writing as appeals_writing
from app.appeals.appeal import Appeal
from app.articles import images, versions
from app.articles import writing as articles_writing
from app.articles.article import Article
from app.audit.trail import AuditRecord
from app.database import db, writing
from tests.articles.drafting import a_manuscript, begun
from tests.articles.pictures import a_picture
from tests.cast import an_appeal
from tests.public.articles import page, words

ARTICLE = {"headline": "The weir is leaking", "text": "First *words*.", "when": "now", "based_on": "0"}
APPEAL = {"title": "The roof", "slug": "roof", "currency": "gbp", "text": "Slates.", "based_on": "0"}


@pytest.fixture
def queries(app: Flask) -> Callable[[], Any]:
    """`with queries() as made`: every statement that the block runs."""

    @contextmanager
    def made() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        yield statements
        event.remove(db.engine, "before_cursor_execute", note)

    return made


@pytest.fixture
def editor(signed_in):
    return signed_in("editor")


def errors(answer) -> list[str]:
    assert answer.status_code == 422
    summary = BeautifulSoup(answer.text, "html5lib").select_one(".error-summary")
    return [words(item) for item in summary.select("li")]


def recorded() -> list[tuple[str, str]]:
    db.session.rollback()
    return [(each.action, each.subject) for each in db.session.scalars(select(AuditRecord).order_by(AuditRecord.id))]


def the_article() -> Article:
    db.session.rollback()
    return db.session.scalars(select(Article)).one()


def local(moment: datetime) -> dict[str, str]:
    return {"day": f"{clock.local(moment):%Y-%m-%d}", "time": f"{clock.local(moment):%H:%M}"}


class TestArticles:
    def test_one_is_saved_seen_by_everybody_and_on_the_trail(self, client, editor):
        answer = editor.post("/office/articles/", data={**ARTICLE, "demands": "- Mend it.\n\nNow."})
        assert answer.location == "/office/articles/1"
        assert "Reader’s view" in editor.get(answer.location).text
        shown = page(client.get("/articles/1"))
        assert words(shown.select_one(".demands")) == "Demands Mend it. Now."
        assert recorded() == [("article.begun", "article:1")]

    def test_a_draft_is_seen_in_the_office_alone(self, client, editor):
        editor.post("/office/articles/", data={**ARTICLE, "when": "draft"})
        assert client.get("/articles/1").status_code == 404
        assert "nobody yet" in editor.get("/office/articles/1").text
        assert "The weir is leaking" in editor.get("/office/articles/?state=drafts").text
        assert "The weir is leaking" not in editor.get("/office/articles/?state=scheduled").text

    def test_a_scheduled_one_appears_everywhere_at_its_minute(self, client, editor, monkeypatch):
        moment = (clock.now() + timedelta(days=1)).replace(second=0, microsecond=0)
        editor.post("/office/articles/", data={**ARTICLE, "when": "later", **local(moment)})
        assert the_article().posted_at == moment
        places = ("/", "/archive", "/feed.atom", "/sitemap.xml", f"/archive/{clock.local(moment).year}")
        assert client.get("/articles/1").status_code == client.get("/articles/1.ics").status_code == 404
        assert client.get("/articles/1/print").status_code == 404
        for place in places:
            answer = client.get(place)
            assert "weir" not in answer.text
            assert "/articles/1" not in answer.text
        monkeypatch.setattr(clock, "now", lambda: moment)
        assert client.get("/articles/1").status_code == client.get("/articles/1/print").status_code == 200
        assert [place for place in places if client.get(place).status_code != 200] == []
        for place in ("/", "/feed.atom", places[-1]):
            assert "The weir is leaking" in client.get(place).text
        assert f"<updated>{moment:%Y-%m-%dT%H:%M:%SZ}</updated>" in client.get("/feed.atom").text

    def test_an_event_has_its_days_its_hours_and_its_place(self, editor):
        typed = {
            "first_day": "2026-07-01",
            "starts": "19.30",
            "ends": "21:00",
            "place": "Hall, 2 Quay",
            "directions": "",
        }
        editor.post("/office/articles/", data={**ARTICLE, **typed})
        article = the_article()
        assert f"{clock.local(article.event_starts_at):%Y-%m-%d %H:%M}" == "2026-07-01 19:30"
        assert article.event_ends_at - article.event_starts_at == timedelta(minutes=90)
        assert (article.event_all_day, article.event_place, article.event_directions) == (False, "Hall, 2 Quay", None)
        opened = page(editor.get("/office/articles/1/text"))
        fields = {field["name"]: field.get("value", "") for field in opened.select("input[name]")}
        assert {name: fields[name] for name in typed} == {**typed, "starts": "19:30"}
        editor.post(
            "/office/articles/1/text", data={**ARTICLE, "based_on": "1", "first_day": "1/7/2026", "when": "stays"}
        )
        article = the_article()
        assert (article.event_all_day, article.event_ends_at, article.event_place) == (True, None, None)

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"headline": ""}, "Enter a headline"),
            ({"headline": "x" * 301}, "Headline must be 300 characters or fewer"),
            ({"text": " \n "}, "Enter the text"),
            ({"when": ""}, "Select who can see it"),
            ({"when": "stays"}, "Select who can see it"),
            ({"when": "later"}, "Enter the date from which readers can see it"),
            ({"when": "later", "day": "31/2/2026", "time": "9:00"}, "Enter a date, like 27/3/2026"),
            ({"when": "later", "day": "2026-02-28", "time": "25:00"}, "Enter a time, like 19:30"),
            ({"place": "Hall"}, "Enter the date of the event"),
            ({"first_day": "2026-07-02", "last_day": "2026-07-01"}, "The event must end after it starts"),
            ({"first_day": "2026-07-02", "ends": "9:00"}, "Enter the start time, or leave the end time empty"),
            ({"first_day": "0026-07-02"}, "Enter a date, like 27/3/2026"),
            ({"text": "![A press](https://e.example/p.png)"}, "The text uses an image that has not been uploaded"),
            ({"text": "![](/images/0123456789abcdef-1280.webp)"}, "Enter a description in the square brackets"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(self, editor, changes, said):
        answer = editor.post("/office/articles/", data={**ARTICLE, "place": "", **changes})
        assert any(each.startswith(said) for each in errors(answer))
        typed = BeautifulSoup(answer.text, "html5lib").select_one("input[name=headline]")["value"]
        assert typed == changes.get("headline", ARTICLE["headline"])
        assert db.session.scalar(select(func.count()).select_from(Article)) == 0

    def test_a_preview_shows_it_whole_and_saves_nothing(self, editor):
        data = {**ARTICLE, "demands": "Mend it.", "first_day": "2026-07-01", "preview": "yes"}
        shown = page(editor.post("/office/articles/", data=data))
        assert words(shown.select_one(".preview .article .prose")) == "First words ."
        assert "Wednesday 1 July 2026" in words(shown.select_one(".preview .event"))
        assert shown.select_one("textarea[name=text]").text.strip() == "First *words*."
        assert db.session.scalar(select(func.count()).select_from(Article)) == 0
        assert recorded() == []

    def test_the_live_preview_is_the_same_html_as_on_every_page(self, editor):
        answer = editor.post("/office/preview/", data={"text": "*a* <script>1</script> ![x](https://e.example/p.png)"})
        assert "<em>a</em> &lt;script&gt;" in answer.text
        assert "<img" not in answer.text

    def test_whoever_was_overtaken_sees_both_and_loses_nothing(self, editor, signed_in):
        article = begun()
        hers = {**ARTICLE, "text": "Hers.", "based_on": "1", "when": "stays"}
        assert signed_in("editor").post(f"/office/articles/{article.number}/text", data=hers).status_code == 303
        his = {**hers, "text": "His."}
        answer = editor.post(f"/office/articles/{article.number}/text", data=his)
        assert answer.status_code == 409
        shown = BeautifulSoup(answer.text, "html5lib")
        assert "Nasreen Akhtar saved version 2" in words(shown.select_one("[role=alert]"))
        assert words(shown.select_one(".differences del")) == "Gone: Hers."
        assert words(shown.select_one(".differences ins")) == "New: His."
        assert shown.select_one("textarea[name=text]").text.strip() == "His."
        assert the_article().text == "Hers."
        based_on = shown.select_one("input[name=based_on]")["value"]
        assert (
            editor.post(f"/office/articles/{article.number}/text", data={**his, "based_on": based_on}).status_code
            == 303
        )
        assert (the_article().text, the_article().version) == ("His.", 3)

    def test_a_version_shows_what_it_changed_and_comes_back(self, editor):
        article = begun()
        with writing():
            articles_writing.revise(article, 1, a_manuscript(text="First *things*.\n\nMore words."))
        shown = page(editor.get(f"/office/versions/articles/{article.number}/2"))
        assert words(shown.select_one(".differences del")) == "Gone: *words*."
        assert words(shown.select_one(".differences ins")) == "New: *things*."
        assert "the command line" in words(shown.select_one(".facts"))
        answer = editor.post(f"/office/versions/articles/{article.number}/1", data={"based_on": "2"})
        assert answer.location == f"/office/articles/{article.number}"
        assert the_article().text == "First *words*.\n\nMore words."
        assert versions.versions(the_article())[0].written_by.startswith("person:")
        editor.post(f"/office/versions/articles/{article.number}/2", data={"based_on": "2"})
        assert the_article().version == 3
        assert recorded() == [("article.restored", f"article:{article.number}")]

    def test_a_list_of_many_is_paged_with_the_same_number_of_queries(self, editor, queries):
        with writing():
            db.session.add_all(
                Article(
                    number=n, headline=f"No {n}", text="x", demands=[], posted_at=clock.now(), updated_at=clock.now()
                )
                for n in range(1, 121)
            )
        seen: list[int] = []
        place, counts = "/office/articles/", set()
        while place:
            with queries() as made:
                listed = page(editor.get(place))
            # A page behind another one looks up where that one ended.
            counts.add(len(made) - ("before=" in place))
            seen += [int(row.select_one("td").text) for row in listed.select("tbody tr")]
            older = listed.select_one("a[rel=next]")
            place = older["href"] if older else ""
        assert seen == list(range(120, 0, -1))
        assert len(counts) == 1

    def test_a_text_of_the_longest_length_in_any_script_is_taken(self, editor):
        text = "Ж" * 99_999
        assert editor.post(
            "/office/articles/", data={**ARTICLE, "text": text}, content_type="multipart/form-data"
        ).location
        assert the_article().text == text


class TestAppeals:
    def test_one_is_opened_with_its_money_its_days_and_its_place(self, client, editor):
        day = clock.today()
        data = {
            **APPEAL,
            "target": "£5,000",
            "suggested": "5\n10, 25.50",
            "rhythm": "monthly",
            "starts_on": day.isoformat(),
        }
        answer = editor.post("/office/appeals/", data={**data, "under_articles": "y", "precedence": "7"})
        assert answer.location == "/office/appeals/roof"
        appeal = db.session.scalars(select(Appeal)).one()
        assert (appeal.target_minor, appeal.suggested_minor, appeal.preset_rhythm) == (
            500_000,
            [500, 1000, 2550],
            "monthly",
        )
        assert (appeal.starts_on, appeal.ends_on, appeal.precedence) == (day, None, 7)
        assert client.get("/donate").location == "/appeals/roof/donate"
        shown = page(editor.get("/office/appeals/roof"))
        assert shown.select_one("[data-live]")["data-live"] == "/live/appeals/roof"
        assert words(shown.select_one(".raised__number")) == "£0"
        assert recorded() == [("appeal.opened", f"appeal:{appeal.reference}")]

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"title": ""}, "Enter a title"),
            ({"slug": "The Roof"}, "The address must only include lower-case letters"),
            ({"slug": "new"}, "This address is already used"),
            ({"slug": "press-fund"}, "This address is already used"),
            ({"currency": "xxx"}, "Not a valid choice"),
            ({"target": "0"}, "The amount must be greater than zero"),
            ({"target": "1e3"}, "Enter an amount in figures"),
            ({"suggested": "5.555"}, "“5.555” has too many decimal places"),
            ({"suggested": "0.10"}, "Suggested amounts must be between £1 and £25,000"),
            ({"suggested": "\n".join("123456789")}, "Enter 8 suggested amounts or fewer"),
            ({"ends_on": "2026-12-01"}, "Enter the first day as well"),
            ({"starts_on": "2026-12-02", "ends_on": "2026-12-01"}, "The last day must be on or after the first day"),
            ({"under_articles": "y", "precedence": "x"}, "Enter a whole number from 0 to 1000"),
            ({"text": "![x](https://e.example/x.png)"}, "The text uses an image that has not been uploaded"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_typed_is_kept(self, editor, changes, said):
        an_appeal()
        answer = editor.post("/office/appeals/", data={**APPEAL, **changes})
        assert any(each.startswith(said) for each in errors(answer))
        assert BeautifulSoup(answer.text, "html5lib").select_one("textarea[name=text]").text.strip() == changes.get(
            "text", "Slates."
        )
        assert db.session.scalar(select(func.count()).select_from(Appeal)) == 1

    def test_a_changed_one_keeps_its_address_and_its_currency_and_whoever_was_overtaken_is_told(self, editor):
        appeal = an_appeal()
        opened = page(editor.get("/office/appeals/press-fund/text"))
        assert not opened.select("[name=slug], [name=currency]")
        fields = {each["name"]: each.get("value", "") for each in opened.select("input[name]")}
        assert (fields["target"], fields["precedence"], fields["based_on"]) == ("25000.00", "1", "1")
        data = {"title": "New title", "text": "New.", "based_on": "1", "slug": "other", "currency": "eur"}
        assert editor.post("/office/appeals/press-fund/text", data=data).status_code == 303
        appeal = db.session.scalars(select(Appeal)).one()
        assert (appeal.slug, appeal.currency, appeal.title, appeal.version) == ("press-fund", "gbp", "New title", 2)
        answer = editor.post("/office/appeals/press-fund/text", data={**data, "title": "Another"})
        assert answer.status_code == 409
        assert "New: Another" in " ".join(words(each) for each in BeautifulSoup(answer.text, "html5lib").select("ins"))

    def test_a_preview_says_all_of_it_and_saves_nothing(self, editor):
        data = {**APPEAL, "target": "500", "suggested": "5", "starts_on": "2026-12-01", "preview": "yes"}
        shown = words(page(editor.post("/office/appeals/", data=data)).select_one(".preview--whole"))
        for said in ("The roof", "Slates.", "£500.00", "£5", "from 1 December 2026", "never"):
            assert said in shown
        assert db.session.scalar(select(func.count()).select_from(Appeal)) == 0

    def test_one_is_ended_early_and_its_page_stays(self, client, editor):
        appeal = an_appeal()
        today = clock.today()
        for day, based_on, status in (("", "1", 422), ((appeal.starts_on - timedelta(1)).isoformat(), "1", 422)):
            answer = editor.post("/office/appeals/press-fund/ending", data={"last_day": day, "based_on": based_on})
            assert answer.status_code == status
        editor.post("/office/appeals/press-fund/ending", data={"last_day": today.isoformat(), "based_on": "7"})
        db.session.expire_all()
        assert appeal.ends_on != today
        editor.post("/office/appeals/press-fund/ending", data={"last_day": today.isoformat(), "based_on": "1"})
        db.session.expire_all()
        assert (appeal.ends_on, appeal.version) == (today, 2)
        assert client.get("/appeals/press-fund").status_code == 200
        assert recorded() == [("appeal.ended", f"appeal:{appeal.reference}")]

    def test_a_version_comes_back_but_not_its_days(self, editor):
        appeal = an_appeal()
        data = {"title": "Worse", "text": "Worse.", "based_on": "1", "starts_on": "2026-01-01", "target": "1"}
        editor.post("/office/appeals/press-fund/text", data=data)
        shown = page(editor.get("/office/versions/appeals/press-fund/2"))
        marked = " ".join(words(each) for each in shown.select(".differences ins"))
        assert "£1.00" in marked
        editor.post("/office/versions/appeals/press-fund/1", data={"based_on": "2"})
        db.session.expire_all()
        assert (appeal.title, appeal.target_minor, appeal.version) == ("Keep the press turning", 2_500_000, 3)
        assert appeal.starts_on.isoformat() == "2026-01-01"

    def test_the_treasurer_reads_and_changes_nothing(self, signed_in):
        an_appeal()
        shown = page(signed_in("treasurer").get("/office/appeals/press-fund"))
        assert "Edit" not in shown.text
        assert "Set the last day" not in shown.text


def test_the_calendar_says_gaps_and_overlaps_in_words(editor):
    today = clock.today()
    an_appeal("urgent", title="Urgent", starts_on=today, ends_on=today + timedelta(days=3), precedence=9)
    an_appeal("winter", title="Winter", starts_on=today, ends_on=today + timedelta(days=9), precedence=1)
    shown = page(editor.get("/office/calendar/"))
    said = [words(each) for each in shown.select(".outlook__span")]
    assert len(said) == 3
    assert said[0].endswith("4 days Urgent Also open, but not shown: Winter (precedence 1)")
    assert said[1].endswith("6 days Winter")
    assert said[2].endswith("Gap: no appeal is shown under the articles")
    assert len(shown.select(".month")) == 4
    drawn = [words(each) for each in shown.select(".month__day b")]
    assert (drawn.count("A"), drawn.count("B")) == (4, 6)
    assert words(shown.select_one("[aria-current=date]")) == f"{today.day} A"
    assert "Gap" in editor.get("/office/calendar/?ahead=8").text


class TestImages:
    def upload(self, editor, data: bytes, words: str = "A press") -> Any:
        return editor.post("/office/images", data={"picture": (io.BytesIO(data), "p.jpg"), "words": words})

    def test_one_is_uploaded_and_its_line_puts_it_into_a_text(self, client, editor):
        answer = self.upload(editor, a_picture(size=(800, 600)), "A [new] press")
        line = page(editor.get(answer.location)).select_one("#line")["value"]
        assert line.startswith("![A (new) press](/images/")
        assert "A [new] press" in editor.get("/office/images").text
        editor.post("/office/articles/", data={**ARTICLE, "text": f"Words.\n\n{line}"})
        image = page(client.get("/articles/1")).select_one(".prose img")
        assert (image["alt"], client.get(image["src"]).status_code) == ("A (new) press", 200)
        assert [action for action, _ in recorded()] == ["image.uploaded", "article.begun"]

    def test_one_that_is_taken_away_is_gone_for_good_and_its_page_said_where_it_was_shown(self, client, editor):
        place = self.upload(editor, a_picture()).location
        line = page(editor.get(place)).select_one("#line")["value"]
        assert "not used yet" in editor.get(place).text
        editor.post("/office/articles/", data={**ARTICLE, "text": line})
        an_appeal(text=line)
        shown = page(editor.get(place)).select_one(".facts").text
        assert "The weir is leaking" in shown
        assert "Keep the press turning" in shown
        assert editor.post(f"{place}/removal", data={"confirmed": "yes"}).status_code == 303
        assert editor.get(place).status_code == 404
        assert client.get(page(client.get("/articles/1")).select_one(".prose img")["src"]).status_code == 404
        assert recorded()[-1] == ("image.removed", f"image:{place.rpartition('/')[2]}")

    def test_what_is_no_picture_or_has_no_words_is_refused(self, editor):
        assert errors(self.upload(editor, b"no picture"))[0].startswith("This file cannot be read as an image")
        assert errors(self.upload(editor, a_picture(), "")) == ["Enter a description of the image"]
        assert errors(editor.post("/office/images", data={"words": "x"})) == ["Select an image"]
        assert images.latest(1).rows == []

    def test_a_file_above_the_limit_is_not_even_read_and_no_other_form_may_be_as_large(self, app, editor):
        body = b"x" * (images.LARGEST + 70_000)
        answer = editor.post("/office/images", data=body, content_type="multipart/form-data; boundary=b")
        assert answer.status_code == 413
        assert editor.post("/office/articles/", data={"text": "x" * 500_000}).status_code == 413
        stranger = app.test_client().post("/office/images", data=b"x" * 70_000, content_type="multipart/form-data")
        assert stranger.status_code == 413
        assert editor.post("/office/appeals/roof/ending", data={"last_day": "x" * 70_000}).status_code == 413


def test_the_general_fund_has_words_to_change_but_no_days_and_no_end(editor):
    with writing():
        appeals_writing.ensure_general_fund("gbp", "General fund", "For all of our work.")
    shown = page(editor.get("/office/appeals/general-fund"))
    assert words(shown.select_one(".tag")) == "General fund"
    assert "wherever people give while no other appeal is open" in words(shown.main)
    assert shown.select_one("form[action$=ending]") is None
    assert page(editor.get("/office/appeals/general-fund/text")).select("[name=ends_on], [name=under_articles]") == []
    changed = {"title": "Our daily work", "text": "Lamps and *ink*.", "based_on": "1"}
    assert editor.post("/office/appeals/general-fund/text", data=changed).status_code == 303
    fund = db.session.scalars(select(Appeal)).one()
    assert (fund.title, fund.text, fund.starts_on, fund.version) == (
        "Our daily work", "Lamps and *ink*.", clock.today(), 2,
    )  # fmt: skip
    refused = editor.post(
        "/office/appeals/general-fund/ending", data={"last_day": clock.today().isoformat(), "based_on": "2"}
    )
    assert errors(refused) == ["The general fund has no last day: it takes gifts while no other appeal is open"]


def test_two_people_who_change_the_general_fund_at_once_see_each_other_s_words(editor):
    with writing():
        appeals_writing.ensure_general_fund("gbp", "General fund", "For all of our work.")
    first, second = ({"title": title, "text": "Ink.", "based_on": "1"} for title in ("Daily work", "Our work"))
    editor.post("/office/appeals/general-fund/text", data=first)
    overtaken = editor.post("/office/appeals/general-fund/text", data=second)
    assert overtaken.status_code == 409
    assert "Daily work" in overtaken.text
