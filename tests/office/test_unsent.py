"""What was typed survives signing in again: session over, not fresh, page too old; for every form of the office."""

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select

from app import clock
from app.database import db, writing
from app.donations.donation import Donation
from app.donations.refunds import DonationRefund
from app.office.access import EVERYONE
from app.office.unsent import keeping as office_unsent
from app.services import services
from app.staff import sessions, unsent
from app.staff.people import Person
from app.staff.unsent import UnsentForm
from tests import books_kept
from tests.cast import a_pledge, an_appeal
from tests.office.conftest import a_person, sign_in
from tests.office.offline.hand_pages import page, said
from tests.office.test_matrix import address, methods_of, office_rules
from tests.office.walking import PASSWORD, Walker, gets_password
from tests.offline.hands import a_cheque
from tests.stripe_account import Account


@pytest.fixture
def person(app: Flask) -> Person:
    """Somebody with every role, and a password; the roles' second factor is not what is tried here."""
    return gets_password(a_person(*EVERYONE))


@pytest.fixture
def client(app: Flask, person: Person) -> Any:
    """Their browser, with a page of the office open."""
    client = sign_in(app, person)
    del client.environ_base["HTTP_X_CSRFTOKEN"]
    client.get("/office/me/")
    return client


def token(client: Any) -> str:
    return str(page(client.get("/office/me/")).select_one("[name=csrf_token]")["value"])


def goes_by(client: Any, hours: float) -> None:
    """The sign-in of this browser lies so long back."""
    with client.session_transaction() as session:
        session["fs_paa"] -= hours * 3600
        session.pop("fs_gexp", None)


def signs_out(client: Any) -> None:
    client.post("/office/sign-out", data={"csrf_token": token(client)})


def signs_in(client: Any, person: Person) -> None:
    """As after the sign-in's own steps, in the same browser."""
    with writing():
        secret = sessions.begin(person.id, browser="Firefox", system="Linux", network="127.0.0.1")
    with client.session_transaction() as session:
        session["office_session"] = secret
        session.update(_user_id=person.fs_uniquifier, _fresh=True, fs_cc="set", fs_paa=clock.now().timestamp())


def kept(answer: Any) -> str:
    """Where what was typed is shown again, once somebody has signed in."""
    from urllib.parse import parse_qs, urlsplit

    assert answer.status_code == 303, answer.status_code
    place = urlsplit(answer.location)
    return parse_qs(place.query)["next"][0] if "/sign-in" in place.path else answer.location


def forms(answer: Any) -> list[BeautifulSoup]:
    return list(page(answer).main.select("form"))


@pytest.fixture
def account(app: Flask) -> Account:
    """Stripe, with one gift of £25."""
    account = Account()
    account.gives(a_pledge(an_appeal()).reference)
    books_kept.deliver_all(app, account)
    services(app).gateway = account
    db.session.rollback()
    return account


def test_five_pounds_and_a_reason_are_still_five_pounds_and_a_reason_after_the_password(
    client: Any, person: Person, account: Account
) -> None:
    gift = db.session.scalars(select(Donation.reference)).one()
    form = page(client.get(f"/office/refunds/{gift}")).select_one("form.desk-form")
    sent = {each["name"]: each["value"] for each in form.select("input[type=hidden]")}
    goes_by(client, 1)
    answer = client.post(
        f"/office/refunds/{gift}", data={**sent, "amount": "5.00", "reason": "He asked\r\nfor <it> & more"}
    )
    assert "/office/sign-in/again" in answer.location
    again = client.get(answer.location)
    password = {"password": PASSWORD, "csrf_token": page(again).main.select_one("[name=csrf_token]")["value"]}
    shown = client.post(answer.location, data=password, follow_redirects=True)
    assert "Nothing has been saved yet. You had to sign in again first." in said(shown)
    form = page(shown).select_one("form.desk-form")
    assert form.select_one("#amount")["value"] == "5.00"
    assert form.select_one("#reason").text == "He asked\r\nfor <it> & more".replace("\r\n", "\n")
    assert db.session.scalars(select(DonationRefund)).all() == []
    sent = {each["name"]: each["value"] for each in form.select("input[name]")}
    asked = client.post(form["action"], data={**sent, "reason": form.select_one("#reason").text})
    question = page(asked).main.form
    client.post(question["action"], data={each["name"]: each["value"] for each in question.select("input")})
    assert [each["amount"] for each in account.refunds.values()] == [500]
    assert db.session.scalars(select(UnsentForm)).all() == []


def test_whatever_form_is_sent_without_a_session_is_shown_to_its_writer_again(
    app: Flask, client: Any, person: Person
) -> None:
    wrong = {}
    for rule in office_rules(app):
        if not rule.endpoint.startswith("office.") or "POST" not in methods_of(rule) or "previews" in rule.endpoint:
            continue
        sent = {"csrf_token": token(client), "reason": "typed in vain", "password": "a secret of mine"}
        goes_by(client, 13)
        answer = client.post(address(app, rule), data=sent)
        signs_in(client, person)
        shown = client.get(kept(answer), follow_redirects=True)
        text = said(shown)
        typed = [each.text for each in page(shown).main.select("textarea")]
        if not ("typed in vain" in text or "typed in vain" in typed or "Nothing has been saved yet." in text):
            wrong[rule.endpoint] = text[:200]
        assert "a secret of mine" not in shown.text
    assert wrong == {}


@pytest.mark.parametrize("lapse", ["over", "signed out", "outdated"])
def test_an_article_is_kept_as_typed_however_its_session_was_lost(client: Any, person: Person, lapse: str) -> None:
    text = "The 47 & its <em>riders</em>.\n\n\nÀ bientôt “said” Zoë 🚌\n" + "x" * 80_000
    form = page(client.get("/office/articles/new")).select_one("form.writing")
    sent = {"csrf_token": form.select_one("[name=csrf_token]")["value"], "headline": 'Last "bus"', "text": text}
    sent |= {"when": "later", "day": "2030-01-02", "time": "09:30", "demands": "One\nTwo"}
    if lapse == "over":
        goes_by(client, 13)
    if lapse == "signed out":
        signs_out(client)
    if lapse == "outdated":
        with client.session_transaction() as session:
            session["csrf_token"] = "another"
    answer = client.post(form["action"], data=sent, headers={"Referer": "http://localhost/office/articles/new"})
    if lapse != "outdated":
        assert "/office/sign-in?" in answer.location
        signs_in(client, person)
    shown = client.get(kept(answer), follow_redirects=True)
    form = page(shown).select_one("form.writing")
    assert form.select_one("#headline")["value"] == 'Last "bus"'
    assert form.select_one("#text").text == text
    assert form.select_one("#demands").text == "One\nTwo"
    assert form.select_one("[name=when][checked]")["value"] == "later"
    assert [form.select_one(f"#{name}")["value"] for name in ("day", "time")] == ["2030-01-02", "09:30"]
    assert form.select_one("[name=csrf_token]")["value"] != sent["csrf_token"] or lapse == "over"


def test_what_was_typed_is_shown_to_nobody_else_and_in_no_other_browser(
    app: Flask, client: Any, person: Person
) -> None:
    cheque = a_cheque(an_appeal())
    sent = {"csrf_token": token(client), "reason": "typed in vain"}
    goes_by(client, 13)
    way = kept(client.post(f"/office/gifts-by-hand/{cheque.reference}/correction", data=sent))
    somebody_else = a_person(*EVERYONE)
    signs_in(client, somebody_else)
    assert "typed in vain" not in client.get(way, follow_redirects=True).text
    other_browser = sign_in(app, person)
    other_browser.get("/office/me/")
    assert "typed in vain" not in other_browser.get(way, follow_redirects=True).text
    signs_in(client, person)
    assert "typed in vain" in client.get(way, follow_redirects=True).text


def test_it_is_kept_for_an_hour_and_encrypted(client: Any, person: Person) -> None:
    sent = {"csrf_token": token(client), "name": "Hollin Green", "region": "typed in vain"}
    goes_by(client, 13)
    way = kept(client.post("/office/branches/", data=sent))
    row = db.session.scalars(select(UnsentForm)).one()
    assert b"Hollin" not in row.sealed
    signs_in(client, person)
    with writing():
        db.session.get_one(UnsentForm, row.id).stored_at = clock.now() - timedelta(minutes=61)
    assert "no longer available. It is kept for one hour" in said(client.get(way, follow_redirects=True))
    with writing():
        unsent.forget_old()
    assert db.session.scalars(select(UnsentForm)).all() == []


def test_codes_keys_and_passwords_are_never_kept_and_a_file_is_to_be_chosen_again(client: Any, person: Person) -> None:
    from io import BytesIO

    secret = {"new_password": "s3cret", "code": "s3cret", "api_key": "s3cret", "token": "s3cret", "passcode": "s3cret"}
    sent = {"csrf_token": token(client), "words": "A bus", **secret, "picture": (BytesIO(b"s3cret"), "bus.png")}
    goes_by(client, 13)
    way = kept(client.post("/office/images", data=sent))
    row = db.session.scalars(select(UnsentForm)).one()
    from cryptography.fernet import Fernet

    held = Fernet(office_unsent._key()).decrypt(row.sealed)
    assert b"s3cret" not in held
    signs_in(client, person)
    shown = client.get(way, follow_redirects=True)
    assert page(shown).select_one("#words")["value"] == "A bus"
    assert "Files are not kept, so select the file again." in said(shown)


def test_a_form_that_is_not_ours_is_not_kept(client: Any, person: Person) -> None:
    goes_by(client, 13)
    for forged in ("", "forged", "ImEi.forged.signature"):
        with client.session_transaction() as session:
            session.pop("csrf_token", None)
        assert client.post("/office/branches/", data={"csrf_token": forged, "name": "Planted"}).status_code == 400
    assert db.session.scalars(select(UnsentForm)).all() == []


def test_the_form_of_one_account_is_not_kept_for_the_next_in_the_same_browser(app: Flask, person: Person) -> None:
    next_one = gets_password(a_person("editor"))
    first = gets_password(a_person("editor"))
    walker = Walker(app).signs_in(first)
    old = walker.opens("/office/articles/new").page.select_one("form.writing [name=csrf_token]")["value"]
    walker.opens("/office/me/").client.post("/office/sign-out", data={"csrf_token": old})
    walker.signs_in(next_one)
    answer = walker.client.post("/office/articles/", data={"csrf_token": old, "headline": "Of the first"})
    assert answer.status_code == 400
    assert db.session.scalars(select(UnsentForm)).all() == []


def test_a_form_that_is_gone_meanwhile_still_gives_back_what_was_typed(client: Any, person: Person) -> None:
    sent = {"csrf_token": token(client), "reason": "typed in vain"}
    goes_by(client, 13)
    way = kept(client.post("/office/gifts-by-hand/nothing-here/correction", data=sent))
    signs_in(client, person)
    shown = client.get(way, follow_redirects=True)
    assert page(shown).h1.text == "What you typed"
    assert page(shown).pre.text == "typed in vain"


def test_every_form_has_a_page_to_be_shown_on(app: Flask) -> None:
    without = []
    for rule in office_rules(app):
        if rule.endpoint.startswith("office.") and "POST" in methods_of(rule) and "previews" not in rule.endpoint:
            name = office_unsent.page_of(rule.endpoint)
            fitting = (
                [
                    each
                    for each in app.url_map.iter_rules(name)
                    if "GET" in methods_of(each) and each.arguments <= rule.arguments
                ]
                if name
                else []
            )
            if not fitting:
                without.append(rule.endpoint)
    assert without == []
