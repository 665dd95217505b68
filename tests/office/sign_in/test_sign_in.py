"""Signing in: password, code, recovery code, forgotten password; who fails learns nothing, and everything is noted."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
import segno
from flask import Flask
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select

from app import clock
from app.audit.trail import AuditDetail, AuditRecord
from app.database import db, writing
from app.emails.email import DueEmail
from app.office.people import audit_trail
from app.office.sign_in import limits
from app.staff import people
from app.staff.people import Person
from tests.office.conftest import a_person, sign_in
from tests.office.walking import PASSWORD, Walker, gets_password, gets_second_factor, present_code, read


def recorded() -> list[tuple[str, str, str]]:
    """What the trail holds: by, action, subject."""
    db.session.rollback()
    return [
        (record.by, record.action, record.subject)
        for record in db.session.scalars(select(AuditRecord).order_by(AuditRecord.id))
    ]


def fresh(person: Person) -> Person:
    db.session.rollback()
    return db.session.get_one(Person, person.id, populate_existing=True)


@pytest.fixture
def editor(app: Flask) -> Person:
    return gets_password(a_person("editor"))


@pytest.fixture
def treasurer(app: Flask) -> Person:
    return gets_second_factor(gets_password(a_person("treasurer")))


@pytest.mark.both_databases
def test_an_editor_signs_in_with_a_password_alone(app: Flask, editor: Person) -> None:
    walker = Walker(app).signs_in(editor)
    assert walker.is_in
    assert recorded() == [(f"person:{editor.reference}", "person.signed_in", f"person:{editor.reference}")]
    detail = db.session.scalars(select(AuditDetail.body)).one()
    assert "203.0.113.7" in detail


def test_an_address_may_be_written_with_capitals(app: Flask, editor: Person) -> None:
    walker = Walker(app).opens("/office/sign-in").sends(email=(editor.email or "").upper(), password=PASSWORD)
    assert walker.is_in


@pytest.mark.both_databases
def test_a_treasurer_needs_the_code_as_well(app: Flask, treasurer: Person) -> None:
    walker = Walker(app).signs_in(treasurer)
    assert walker.title == "Enter the code"
    assert not walker.is_in
    walker.sends(code=present_code(treasurer))
    assert walker.is_in


def test_apps_may_show_the_code_in_two_groups(app: Flask, treasurer: Person) -> None:
    code = present_code(treasurer)
    assert Walker(app).signs_in(treasurer).sends(code=f" {code[:3]} {code[3:]}").is_in


def test_a_code_works_once(app: Flask, treasurer: Person) -> None:
    code = present_code(treasurer)
    assert Walker(app).signs_in(treasurer).sends(code=code).is_in
    second = Walker(app).signs_in(treasurer).sends(code=code)
    assert not second.is_in
    assert "has been used" in second.words


@pytest.mark.both_databases
def test_two_browsers_with_the_same_code_at_once_let_one_in(app: Flask, treasurer: Person) -> None:
    walkers = [Walker(app).signs_in(treasurer) for _each in range(3)]
    code = present_code(treasurer)
    db.session.rollback()
    start = threading.Barrier(len(walkers))

    def enter(walker: Walker) -> bool:
        with app.app_context():
            start.wait(10)
            return walker.sends(code=code).is_in

    with ThreadPoolExecutor(len(walkers)) as pool:
        assert sorted(pool.map(enter, walkers)) == [False, False, True]


def test_a_wrong_code_lets_nobody_in_and_is_noted(app: Flask, treasurer: Person) -> None:
    walker = Walker(app).signs_in(treasurer).sends(code="000000")
    assert not walker.is_in
    assert ("stranger", "person.sign_in_failed", f"person:{treasurer.reference}") in recorded()


@pytest.mark.parametrize("role", ["admin", "treasurer", "branch_treasurer"])
def test_whoever_handles_money_or_people_sets_up_a_second_factor_at_the_first_sign_in(app: Flask, role: str) -> None:
    person = gets_password(a_person(role, branch_id=1 if role == "branch_treasurer" else None))
    walker = Walker(app).signs_in(person)
    assert walker.title == "Your second factor"
    assert not walker.is_in
    walker.sends(0)
    assert walker.page.find("img", class_="qr")
    with walker.client.session_transaction() as session:
        secret = session["tf_totp_secret"]
    walker.sends(code=app.extensions["security"].totp_factory.generate_totp_password(secret))
    assert walker.is_in
    assert walker.title == "Recovery codes"
    assert fresh(person).tf_primary_method == "authenticator"


def test_the_square_that_an_app_scans_holds_the_key_that_can_be_typed(app: Flask) -> None:
    person = gets_password(a_person("treasurer"))
    walker = Walker(app).signs_in(person).sends(0)
    square = walker.page.find("img", class_="qr")
    key = walker.page.find("code", class_="key")
    assert square
    assert key

    drawn, edge = dark_squares(unquote(str(square["src"])))

    secret = key.get_text().replace("-", "")
    expected = segno.make(
        f"otpauth://totp/The%20Lantern:{person.email}?secret={secret}&issuer=The%20Lantern", error="m", micro=False
    )
    assert edge == 4  # modules of white, without which many apps find nothing
    assert drawn == {
        (row + edge, column + edge)
        for row, line in enumerate(expected.matrix)
        for column, module in enumerate(line)
        if module
    }


def dark_squares(svg: str) -> tuple[set[tuple[int, int]], int]:
    """Row and column of each dark square of a QR code that segno has drawn, and the width of its white edge."""
    [path] = re.findall(r"stroke='#000' d='([^']+)'", svg)
    dark: set[tuple[int, int]] = set()
    x, y = 0, 0.0
    for step, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        across, *down = (float(number) for number in numbers.split())
        if step == "h":
            dark |= {(int(y), x + each) for each in range(int(across))}
        x = int(across) if step == "M" else x + int(across)
        y = down[0] if step == "M" else y + sum(down)
    return dark, min(column for _row, column in dark)


def test_a_recovery_code_opens_once(app: Flask, treasurer: Person) -> None:
    made = sign_in(app, treasurer).post("/office/me/recovery-codes")
    codes = [code.get_text() for code in read(made).main.find_all("code")]
    assert len(codes) == 8
    stored = fresh(treasurer).mf_recovery_codes or []
    assert len(stored) == 8
    assert set(stored) & set(codes) == set()
    walker = Walker(app).signs_in(treasurer).opens("/office/sign-in/recovery-code").sends(code=codes[3].upper())
    assert walker.is_in
    again = Walker(app).signs_in(treasurer).opens("/office/sign-in/recovery-code").sends(code=codes[3])
    assert not again.is_in
    assert len(fresh(treasurer).mf_recovery_codes or []) == 7


@pytest.mark.parametrize(
    ("email", "password"), [("nobody@lantern.example", PASSWORD), (None, "not the right password"), (None, "")]
)
def test_who_fails_to_sign_in_does_not_learn_why(app: Flask, editor: Person, email: str | None, password: str) -> None:
    walker = Walker(app).opens("/office/sign-in").sends(email=email or editor.email or "", password=password)
    assert not walker.is_in
    assert "The email address or password is not correct" in walker.words
    assert walker.answer.status_code == 200


def test_failed_sign_ins_are_on_the_trail_with_the_address_that_was_typed(app: Flask, editor: Person) -> None:
    Walker(app).opens("/office/sign-in").sends(email="nobody@lantern.example", password=PASSWORD)
    Walker(app).opens("/office/sign-in").sends(email=PASSWORD, password="")
    Walker(app).opens("/office/sign-in").sends(email=editor.email or "", password="something else")
    assert [record[1:] for record in recorded()] == [
        ("person.sign_in_failed", "person:unknown"),
        ("person.sign_in_failed", "person:unknown"),
        ("person.sign_in_failed", f"person:{editor.reference}"),
    ]
    bodies = "".join(db.session.scalars(select(AuditDetail.body)))
    assert "nobody@lantern.example" in bodies
    assert PASSWORD not in bodies


def test_a_removed_person_does_not_get_in(app: Flask, editor: Person) -> None:
    walker = Walker(app).signs_in(editor)
    assert walker.is_in
    email = editor.email or ""
    with writing():
        people.remove(db.session.get_one(Person, editor.id), by=None)
    assert not walker.is_in
    assert not Walker(app).opens("/office/sign-in").sends(email=email, password=PASSWORD).is_in


def test_a_forgotten_password_is_answered_alike_for_everybody(app: Flask, editor: Person) -> None:
    known = Walker(app).opens("/office/password/forgotten").sends(email=editor.email or "").words
    unknown = Walker(app).opens("/office/password/forgotten").sends(email="nobody@lantern.example").words
    assert known.replace(editor.email or "", "X") == unknown.replace("nobody@lantern.example", "X")
    assert [letter.kind for letter in db.session.scalars(select(DueEmail))] == ["staff-new-password"]
    assert [record[1:] for record in recorded()] == [
        ("person.link_asked", f"person:{editor.reference}"),
        ("person.link_asked", "person:unknown"),
    ]


def link_for(person: Person) -> str:
    return f"/office/password/forgotten/{generate_reset_password_token(person)}"


def test_a_new_password_by_link_ends_every_session_and_the_link(app: Flask, editor: Person) -> None:
    open_one = Walker(app).signs_in(editor)
    link = link_for(fresh(editor))
    new = "another four long words"
    Walker(app).opens(link).sends(password=new, password_confirm=new)
    assert not open_one.is_in
    assert not Walker(app).signs_in(editor).is_in
    assert Walker(app).signs_in(editor, new).is_in
    assert Walker(app).opens(link).title == "Set a new password"
    assert [record[1] for record in recorded()].count("person.password_reset") == 1
    assert "staff-password-changed" in [letter.kind for letter in db.session.scalars(select(DueEmail))]


def test_a_password_is_twelve_characters_or_more(app: Flask, editor: Person) -> None:
    walker = Walker(app).opens(link_for(editor)).sends(password="elevenchars", password_confirm="elevenchars")
    assert "Enter a password of 12 to 128 characters" in walker.words
    assert Walker(app).signs_in(editor).is_in


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(app: Flask, editor: Person) -> None:
    here, elsewhere = Walker(app).signs_in(editor), Walker(app).signs_in(editor)
    new = "another four long words"
    here.opens("/office/me/password").sends(password=PASSWORD, new_password=new, new_password_confirm=new)
    assert here.is_in
    assert not elsewhere.is_in


def test_passwords_are_hashed_with_argon2(app: Flask, editor: Person) -> None:
    assert (editor.password or "").startswith("$argon2id$")


def test_a_changed_second_factor_ends_the_other_sessions_and_not_this_one(app: Flask, treasurer: Person) -> None:
    here = Walker(app).signs_in(treasurer).sends(code=present_code(treasurer))
    elsewhere = sign_in(app, fresh(treasurer))
    here.opens("/office/me/second-factor").sends(0)
    with here.client.session_transaction() as session:
        secret = session["tf_totp_secret"]
    here.sends(code=app.extensions["security"].totp_factory.generate_totp_password(secret))
    assert here.is_in
    assert elsewhere.get("/office/me/").status_code == 303
    assert "person.second_factor_changed" in [record[1] for record in recorded()]


def test_a_treasurer_cannot_switch_the_second_factor_off_and_an_editor_can(app: Flask, treasurer: Person) -> None:
    client = sign_in(app, treasurer)
    client.post("/office/me/second-factor", data={"setup": "disable"})
    assert fresh(treasurer).tf_primary_method == "authenticator"
    editor = gets_second_factor(a_person("editor"))
    sign_in(app, editor).post("/office/me/second-factor", data={"setup": "disable"})
    assert fresh(editor).tf_primary_method is None


def test_guessing_passwords_stops_at_the_account(app: Flask, editor: Person) -> None:
    for turn in range(10):
        Walker(app, f"203.0.113.{turn}").opens("/office/sign-in").sends(email=editor.email or "", password="wrong")
    stopped = Walker(app, "203.0.113.99").signs_in(editor)
    assert stopped.answer.status_code == 429
    assert not stopped.is_in
    assert Walker(app, "203.0.113.98").signs_in(editor).answer.status_code == 429
    # Said once: whoever goes on must not fill the trail.
    assert recorded().count(("stranger", "access.limited", "page:security.login")) == 1


def test_guessing_accounts_stops_at_the_address(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.MOST, "address", 2)
    walker = Walker(app)
    for turn in range(3):
        walker.opens("/office/sign-in").sends(email=f"{turn}@lantern.example", password="wrong")
    assert walker.answer.status_code == 429
    assert Walker(app, "203.0.113.8").opens("/office/sign-in").sends(email="x@y.example").answer.status_code == 200


def test_the_whole_site_has_a_limit_too(app: Flask, editor: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.MOST, "site", 0)
    assert Walker(app).signs_in(editor).answer.status_code == 429
    passkey = Walker(app).opens("/office/sign-in/passkey").sends().sends(credential="{}")
    assert passkey.answer.status_code == 200


def test_an_address_counts_as_one_account_however_it_is_written(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.MOST, "account", 1)
    Walker(app).opens("/office/sign-in").sends(email="mina@lantern.example", password="wrong")
    again = Walker(app).opens("/office/sign-in").sends(email=" MINA@LANTERN\uff0eexample", password="wrong")
    assert again.answer.status_code == 429


def test_letters_to_one_account_are_few_however_often_they_are_asked_for(app: Flask, editor: Person) -> None:
    for turn in range(5):
        Walker(app, f"203.0.113.{turn}").opens("/office/password/forgotten").sends(email=editor.email or "")
    assert len(db.session.scalars(select(DueEmail)).all()) == 3


def test_a_session_ends_after_twelve_hours(app: Flask, editor: Person) -> None:
    walker = Walker(app).signs_in(editor)
    with walker.client.session_transaction() as session:
        session["fs_paa"] = (clock.now() - timedelta(hours=13)).timestamp()
    assert not walker.is_in


def test_after_signing_in_one_gets_where_one_wanted_to_go_and_never_elsewhere(app: Flask, editor: Person) -> None:
    walker = Walker(app).opens("/office/me/").sends(email=editor.email or "", password=PASSWORD)
    assert walker.answer.request.path == "/office/me/"
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example", r"\\elsewhere.example"):
        signed = Walker(app).opens("/office/sign-in").client
        answer = signed.post(f"/office/sign-in?next={elsewhere}", data={"email": editor.email, "password": PASSWORD})
        assert "elsewhere.example" not in answer.headers.get("Location", "")


def test_signing_out_ends_the_session(app: Flask, editor: Person) -> None:
    walker = Walker(app).signs_in(editor).opens("/office/me/")
    token = walker.page.find("input", attrs={"name": "csrf_token"})["value"]
    walker.client.post("/office/sign-out", data={"csrf_token": token})
    assert not walker.is_in


def test_nobody_is_remembered_beyond_the_session(app: Flask, editor: Person) -> None:
    walker = Walker(app).opens("/office/sign-in").sends(email=editor.email or "", password=PASSWORD, remember="y")
    assert walker.is_in
    assert walker.client.get_cookie("remember_token") is None


def test_what_is_shut_stays_shut(app: Flask, treasurer: Person) -> None:
    walker = Walker(app).signs_in(treasurer)
    for path in ("/office/sign-in/which", "/office/sign-in/rescue"):
        assert walker.client.get(path).status_code == 404
    answer = walker.client.get("/office/me/", headers={"Accept": "application/json"})
    assert answer.status_code == 303


def test_readers_get_no_cookie_and_their_session_is_not_looked_at(app: Flask) -> None:
    answer = app.test_client().get("/")
    assert "Set-Cookie" not in answer.headers
    assert "Cookie" not in answer.headers.get("Vary", "")
    everywhere = [
        *app.before_request_funcs[None],
        *app.after_request_funcs[None],
        *app.template_context_processors[None],
    ]
    assert [hook for hook in everywhere if hook.__module__.startswith(("flask_login", "flask_pr", "flask_sec"))] == []


def test_a_passkey_that_nobody_has_is_refused_and_noted(app: Flask) -> None:
    walker = Walker(app).opens("/office/sign-in/passkey").sends()
    walker.sends(credential="{}")
    assert not walker.is_in
    assert ("stranger", "person.sign_in_failed", "person:unknown") in recorded()


def test_everything_said_about_people_has_words() -> None:
    said = set()
    for path in (Path(__file__).parents[3] / "app").rglob("*.py"):
        said |= set(re.findall(r'"((?:person|access|audit)\.[a-z_]+)"', path.read_text(encoding="utf-8")))
    assert said - set(audit_trail.WORDS) == set()
