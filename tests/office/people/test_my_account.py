"""Your sign-in: what everybody sees of their own, and signing out everywhere."""

from flask import Flask

from tests.office.conftest import a_person, sign_in
from tests.office.walking import gets_second_factor, read


def test_everybody_sees_how_they_sign_in(app: Flask) -> None:
    person = gets_second_factor(a_person("treasurer", name="Nasreen Akhtar"))
    words = read(sign_in(app, person).get("/office/me/")).main.get_text()
    for said in ("Nasreen Akhtar", "Treasurer", "App on your phone", "Passkeys"):
        assert said in words


def test_signing_out_everywhere_ends_every_session(app: Flask) -> None:
    person = a_person("editor")
    here, elsewhere = sign_in(app, person), sign_in(app, person)
    assert here.post("/office/me/sessions/end").headers["Location"] == "/office/sign-in"
    assert here.get("/office/me/").status_code == 303
    assert elsewhere.get("/office/me/").status_code == 303


def test_the_office_is_never_cached_and_never_framed(app: Flask) -> None:
    answer = sign_in(app, a_person("editor")).get("/office/me/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask) -> None:
    cookie = app.test_client().get("/office/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Expires" not in cookie


def test_the_ways_shown_are_those_that_are_open(app: Flask) -> None:
    nav = read(sign_in(app, a_person("admin")).get("/office/people/")).find("nav", class_="office-nav")
    shown = [way.get_text() for way in nav.find_all("a")]
    assert {"People", "Audit trail"} <= set(shown)
    assert "Articles" not in shown
    assert nav.find("a", attrs={"aria-current": "page"}).get_text() == "People"


def test_a_refusal_inside_the_office_leads_back_into_it(app: Flask) -> None:
    client = sign_in(app, a_person("editor"))
    for answer in (client.get("/office/people/"), sign_in(app, a_person("admin")).get("/office/people/nobody")):
        page = read(answer)
        assert page.find("a", href="/office/")
    assert read(client.get("/articles/99999")).find("header", class_="masthead")


def test_the_ways_are_parted_even_where_the_first_of_a_part_is_shut(app: Flask) -> None:
    nav = read(sign_in(app, a_person("treasurer")).get("/office/me/")).find("nav", class_="office-nav")
    beginnings = [way.get_text() for way in nav.find_all("a", class_="office-nav__way--begins")]
    assert beginnings == ["Bank", "Appeals"]
