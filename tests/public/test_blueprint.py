"""The public pages: what every answer allows, what refusals look like, and what may be kept for how long."""

import pytest
from bs4 import BeautifulSoup
from flask import abort, request
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from app import create_app
from app.database import db
from app.errors import DomainError
from app.receipts.receipt import Receipt
from tests.cast import an_appeal
from tests.conftest import make_settings


class NotToday(DomainError):
    """A fact with a status of its own."""

    status = 410


def read(answer):
    return BeautifulSoup(answer.get_data(as_text=True), "html5lib")


def policy(answer):
    lines = (line.strip().partition(" ") for line in answer.headers["Content-Security-Policy"].split(";"))
    return {name: value.split() for name, _, value in lines}


@pytest.fixture
def troubled(app):
    """The application with routes on which things go wrong."""
    failures = {
        "fact": DomainError("the gift has been refunded in full"),
        "gone": NotToday("that was yesterday"),
        "database": OperationalError("SELECT 1", {}, OSError("secret host name")),
        "bug": ZeroDivisionError("secret detail"),
    }

    def fail(what):
        raise failures[what]

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.add_url_rule("/trouble/<what>", view_func=fail, endpoint="trouble")
    app.add_url_rule("/refuse/<int:status>", view_func=lambda status: abort(status), endpoint="refuse")
    return app.test_client()


@pytest.mark.parametrize("path", ["/appeals", "/appeals/press-fund", "/appeals/press-fund/raised", "/nowhere"])
def test_every_answer_allows_nothing_from_elsewhere_and_no_inline_code(client, path):
    an_appeal()
    answer = client.get(path)
    said = policy(answer)
    assert said["default-src"] == ["'none'"]
    assert said["script-src"] == said["style-src"] == said["connect-src"] == ["'self'"]
    assert said["base-uri"] == said["frame-ancestors"] == ["'none'"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in answer.headers


def test_forms_may_lead_to_checkout_and_to_what_stands_in_for_it(client):
    assert policy(client.get("/appeals"))["form-action"] == [
        "'self'",
        "https://checkout.stripe.com",
        "https://billing.stripe.com",
        "http://127.0.0.1:9",
    ]


def test_a_public_site_insists_on_https_and_knows_no_other_page_to_pay_on(tmp_path, database_url):
    settings = make_settings(
        tmp_path, database_url, base_url="https://lantern.example", stripe_api_base=None, practice=False
    )
    answer = create_app(settings).test_client().get("/nowhere")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert policy(answer)["form-action"] == ["'self'", "https://checkout.stripe.com", "https://billing.stripe.com"]
    assert "Practice mode" not in answer.text


def test_forms_may_lead_to_a_checkout_that_has_a_domain_of_ours(tmp_path, database_url):
    settings = make_settings(tmp_path, database_url, checkout_origin="https://pay.lantern.example")
    answer = create_app(settings).test_client().get("/nowhere")
    assert "https://pay.lantern.example" in policy(answer)["form-action"]


@pytest.mark.parametrize("path", ["/appeals", "/appeals/press-fund", "/nowhere", "/appeals/press-fund/donate"])
def test_practice_mode_is_said_on_every_page(client, path):
    an_appeal()
    assert "No money moves" in read(client.get(path)).select_one(".practice").get_text()


@pytest.mark.parametrize("path", ["/appeals", "/appeals/press-fund", "/nowhere"])
def test_reading_sets_no_cookie_and_is_asked_for_again_each_time(client, path):
    an_appeal()
    answer = client.get(path)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers.get("Cache-Control", "no-cache") == "no-cache"


@pytest.mark.parametrize("path", ["/appeals", "/appeals/press-fund", "/nowhere"])
def test_every_page_has_one_title_one_heading_an_imprint_and_no_inline_code(client, path):
    an_appeal()
    page = read(client.get(path))
    assert len(page.select("h1")) == 1
    assert page.title.get_text().endswith("· The Lantern")
    assert page.h1.get_text(strip=True) in page.title.get_text()
    assert "4 Mill Lane, Ambleford AM1 2QX" in page.footer.get_text()
    assert "Registered society 123" in page.footer.get_text()
    assert page.select("[style], style, script:not([src]):not([type='application/ld+json']), [onclick]") == []
    ids = [each["id"] for each in page.select("[id]")]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503])
def test_each_refusal_is_a_page_in_plain_words_with_its_status(troubled, status):
    answer = troubled.get(f"/refuse/{status}")
    page = read(answer)
    assert answer.status_code == status
    assert page.select_one("main h1").get_text()
    assert page.select_one("main p").get_text()
    assert str(status) not in page.main.get_text()


@pytest.mark.parametrize(("status", "words_of"), [(406, 400), (418, 400), (502, 500)])
def test_rarer_refusals_keep_their_status_and_borrow_the_nearest_words(troubled, status, words_of):
    answer = troubled.get(f"/refuse/{status}")
    assert answer.status_code == status
    assert read(answer).h1.get_text() == read(troubled.get(f"/refuse/{words_of}")).h1.get_text()


def test_a_method_that_is_not_allowed_says_which_are(client):
    assert set(client.delete("/appeals").headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_refusal_is_a_conflict_unless_it_says_otherwise_and_is_said_in_the_log(troubled, caplog):
    answer = troubled.get("/trouble/fact")
    assert answer.status_code == 409
    assert "Reload it" in read(answer).main.get_text()
    assert "the gift has been refunded in full" not in answer.text
    assert "the gift has been refunded in full" in caplog.text
    assert troubled.get("/trouble/gone").status_code == 410


def test_a_database_that_is_away_is_unavailable_and_says_when_to_come_back(troubled):
    answer = troubled.get("/trouble/database")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "10"
    assert "secret host name" not in answer.text


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "path",
    [
        "/receipts/%00",
        "/appeals/%00/raised",
        "/appeals/%00/donate",
        "/donations/%00",
        "/monthly/%00/progress",
        "/articles/99999999999999999999",
    ],
)
def test_what_no_row_can_hold_is_not_there(app, path):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = app.test_client().get(path)
    assert answer.status_code == 404
    assert read(answer).h1.get_text() == read(app.test_client().get("/nowhere")).h1.get_text()


@pytest.mark.both_databases
def test_what_no_row_can_hold_is_not_taken(app):
    def look_up():
        return str(db.session.scalar(select(Receipt.id).where(Receipt.reference == request.form["reference"])))

    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions["csrf"].exempt(app.add_url_rule("/look", view_func=look_up, methods=["POST"]) or look_up)
    answer = app.test_client().post("/look", data={"reference": "a\0b"})
    # SQLite takes a NUL, and finds nothing.
    assert answer.status_code == (400 if db.engine.dialect.name == "postgresql" else 200)


def test_a_mistake_of_ours_shows_no_trace_of_itself(troubled):
    answer = troubled.get("/trouble/bug")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert policy(answer)["default-src"] == ["'none'"]


def test_a_form_without_its_token_is_outdated_not_forbidden(app):
    app.add_url_rule("/post", view_func=lambda: "posted", methods=["POST"], endpoint="posting")
    answer = app.test_client().post("/post")
    assert answer.status_code == 400
    assert read(answer).h1.get_text() == "This form was open for too long"
