"""Limits and second factors cannot be dodged by how a try is sent, and an ended session cannot be revived."""

import time

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.audit.trail import AuditRecord
from app.database import db, writing
from app.office.sign_in import limits
from app.staff import sessions
from app.staff.people import Passkey, Person
from tests.office.conftest import a_person, sign_in
from tests.office.walking import PASSWORD, Walker, gets_password, gets_second_factor, present_code


@pytest.fixture
def treasurer(app: Flask) -> Person:
    return gets_second_factor(gets_password(a_person("treasurer")))


def test_codes_are_counted_for_whoever_gave_the_password_whatever_else_is_sent(
    app: Flask, treasurer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(limits.MOST, "account", 2)
    walker = Walker(app).signs_in(treasurer)
    for number in range(2):
        walker.sends(code="000000", email=f"{number}@lantern.example")
    walker.sends(code=present_code(treasurer), email="another@lantern.example")
    assert walker.answer.status_code == 429
    assert not walker.is_in


def test_nobody_signs_in_by_json_past_the_limit_of_the_account(app: Flask) -> None:
    person = gets_password(a_person("editor"))
    walker = Walker(app).opens("/office/sign-in")
    token = walker.page.find("input", {"name": "csrf_token"})["value"]
    answer = walker.client.post(
        "/office/sign-in", json={"email": person.email, "password": PASSWORD}, headers={"X-CSRFToken": token}
    )
    assert answer.status_code == 415
    assert not walker.is_in
    assert db.session.scalar(select(func.count()).select_from(AuditRecord)) == 0


def test_a_session_that_is_over_is_not_revived_by_the_password_alone(app: Flask, treasurer: Person) -> None:
    client = sign_in(app, treasurer)
    with client.session_transaction() as session:
        session["fs_paa"] = time.time() - sessions.LASTS.total_seconds() - 1
    client.post("/office/sign-in/again", data={"password": PASSWORD})
    assert client.get("/office/me/").status_code == 303


def test_who_has_but_a_passkey_sets_up_no_other_second_factor_by_the_password(app: Flask) -> None:
    person = gets_password(a_person("treasurer"))
    key = Passkey(
        person_id=person.id, credential_id=b"1", public_key=b"2", backup_state=False, device_type="single_device",
        lastuse_datetime=clock.now(), name="phone", usage="first",
    )  # fmt: skip
    with writing():
        db.session.add(key)
    db.session.expire_all()
    walker = Walker(app).signs_in(person)
    assert "Sign in with a passkey" in walker.page.select_one(".error-summary").get_text()
    assert walker.opens("/office/me/second-factor").title != "Your second factor"
    assert db.session.scalars(select(AuditRecord.action)).all() == ["person.sign_in_failed"]


@pytest.mark.both_databases
def test_who_signed_in_here_before_gets_in_while_strangers_use_up_every_limit(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = gets_password(a_person("editor"))
    known = Walker(app).signs_in(person)
    known.opens("/office/me/").client.post("/office/sign-out", headers={"X-CSRFToken": csrf(known)})
    assert not known.is_in
    for limit in ("account", "site", "address"):
        monkeypatch.setitem(limits.MOST, limit, 0)
    stranger = Walker(app, "203.0.113.98").signs_in(person)
    assert stranger.answer.status_code == 429
    assert known.signs_in(person).is_in
    # It is no way to guess another's password, nor to guess without end.
    other = gets_password(a_person("editor"))
    known.client.post("/office/sign-out", headers={"X-CSRFToken": csrf(known)})
    assert known.signs_in(other).answer.status_code == 429
    monkeypatch.setitem(limits.MOST, "browser", 0)
    assert known.signs_in(person).answer.status_code == 429


def csrf(walker: Walker) -> str:
    return str(walker.opens("/office/me/").page.select_one("[name=csrf_token]")["value"])


def test_codes_are_also_counted_by_the_day(app: Flask, treasurer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.MOST_CODES, "account", 2)
    walker = Walker(app).signs_in(treasurer)
    for _number in range(2):
        walker.sends(code="000000")
    assert walker.answer.status_code == 200
    assert walker.sends(code=present_code(treasurer)).answer.status_code == 429
    # The quarter of an hour is not used up, so it was the day's limit.
    assert Walker(app).signs_in(treasurer).title == "Enter the code"


def test_a_code_is_guessed_with_less_than_a_chance_in_a_thousand_in_a_day() -> None:
    good_at_any_moment = 3
    tries = limits.MOST_CODES["account"] + limits.MOST_CODES["browser"]
    assert tries * good_at_any_moment / 1_000_000 < 0.001


def test_the_code_before_the_present_one_is_good_once(app: Flask, treasurer: Person) -> None:
    before = app.extensions["security"].totp_factory._totp.from_source(treasurer.tf_totp_secret)
    code = before.generate(int(clock.now().timestamp()) - 30).token
    assert Walker(app).signs_in(treasurer).sends(code=code).is_in
    assert not Walker(app).signs_in(treasurer).sends(code=code).is_in


def test_asking_for_a_link_pays_the_same_hashes_whether_or_not_somebody_has_the_address(
    app: Flask, treasurer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid: list[str] = []
    context, hashing = app.extensions["security"].pwd_context, app.extensions["security"].hashing_context
    hashed = context.hash

    def paying(secret: str) -> str:
        paid.append("argon2")
        return str(hashed(secret))

    monkeypatch.setattr(context, "hash", paying)
    # Quick for everybody: what it hashes is argon2's result, which is long and random.
    assert hashing.default_scheme() == "hex_sha256"
    for address in (treasurer.email or "", "nobody@lantern.example"):
        Walker(app).opens("/office/password/forgotten").sends(email=address)
    assert paid == ["argon2", "argon2"]
