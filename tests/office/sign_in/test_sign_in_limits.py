"""Limits and second factors cannot be dodged by how a try is sent, and an ended session cannot be revived."""

import time

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.audit.trail import AuditRecord
from app.extensions import db
from app.office.sign_in import limits
from app.staff import sessions
from app.staff.people import Passkey, Person
from app.writing import writing
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
