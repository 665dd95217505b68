"""Sessions of the office are rows: listed, ended one by one, and over for whoever copied the cookie."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app import clock
from app.database import db, writing
from app.staff import sessions
from app.staff.people import Person
from app.staff.sessions import StaffSession
from tests.office.conftest import a_person, sign_in
from tests.office.walking import PASSWORD, Walker, gets_password, gets_second_factor, present_code, read

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def rows() -> list[StaffSession]:
    db.session.rollback()
    return list(db.session.scalars(select(StaffSession).order_by(StaffSession.id)))


def goes_by(within: timedelta, *, of: str) -> None:
    """As if every session's `signed_in_at` or `last_seen_at` lay so much longer back."""
    for row in rows():
        moment: datetime = getattr(row, of)
        with writing():
            db.session.execute(update(StaffSession).where(StaffSession.id == row.id).values({of: moment - within}))


def a_copy(app: Flask, client: Any) -> Any:
    """Another browser, into which this one's cookie was copied."""
    other = sign_in(app, a_person("editor"))
    other.set_cookie("session", client.get_cookie("session").value)
    return other


def is_in(client: Any) -> bool:
    return bool(client.get("/office/me/").status_code == 200)


@pytest.mark.both_databases
def test_signing_out_ends_the_session_of_whoever_copied_its_cookie_too(app: Flask) -> None:
    client = sign_in(app, a_person("treasurer"))
    copy = a_copy(app, client)
    assert is_in(copy)
    client.post("/office/sign-out")
    assert not is_in(copy)
    assert not is_in(client)


@pytest.mark.both_databases
def test_each_session_says_where_it_is_and_is_ended_by_itself(app: Flask) -> None:
    person = a_person("editor")
    here, there = sign_in(app, person), sign_in(app, person)
    with writing():
        last = db.session.scalars(select(StaffSession).order_by(StaffSession.id.desc())).first()
        assert last
        last.browser, last.system, last.network = "Safari", "iPhone", "203.0.113.9"
        reference = last.reference
    page = read(here.get("/office/me/"))
    shown = [" ".join(row.get_text(" ").split()) for row in page.select("tbody tr")]
    assert len(shown) == 2
    assert any("Safari on iPhone" in row and "203.0.113.9" in row and "This browser" not in row for row in shown)
    assert any("Firefox on Linux" in row and "This browser" in row for row in shown)
    assert here.post(f"/office/me/sessions/{reference}/end").status_code == 303
    assert is_in(here)
    assert not is_in(there)
    # It is gone, and so is another person's for this one.
    assert here.post(f"/office/me/sessions/{reference}/end").status_code == 404
    assert sign_in(app, a_person("admin")).post(f"/office/me/sessions/{rows()[0].reference}/end").status_code == 404
    assert is_in(here)


def test_a_sign_in_notes_browser_system_and_network(app: Flask) -> None:
    editor = gets_password(a_person("editor"))
    walker = Walker(app)
    walker.client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    walker.signs_in(editor)
    row = rows()[-1]
    assert (row.person_id, row.browser, row.system, row.network) == (editor.id, "Firefox", "Linux", "203.0.113.7")
    # Nothing in the row lets anybody in.
    with walker.client.session_transaction() as session:
        assert session["office_session"] not in (row.digest, row.reference)


def test_the_password_alone_begins_no_session_where_a_code_is_asked_for(app: Flask) -> None:
    treasurer = gets_second_factor(gets_password(a_person("treasurer")))
    walker = Walker(app).signs_in(treasurer)
    assert rows() == []
    walker.sends(code=present_code(treasurer))
    assert walker.is_in
    assert len(rows()) == 1


@pytest.mark.parametrize(
    ("role", "ends"), [("treasurer", True), ("admin", True), ("branch_treasurer", True), ("editor", False)]
)
def test_who_handles_money_or_people_is_signed_out_after_half_an_hour_without_use(
    app: Flask, role: str, ends: bool
) -> None:
    client = sign_in(app, a_person(role, branch_id=1 if role == "branch_treasurer" else None))
    goes_by(timedelta(minutes=29), of="last_seen_at")
    assert is_in(client)
    # That was a use, so the half hour begins anew.
    assert clock.now() - rows()[-1].last_seen_at < timedelta(minutes=1)
    goes_by(timedelta(minutes=31), of="last_seen_at")
    assert is_in(client) is not ends


def test_a_session_ends_twelve_hours_after_its_sign_in_however_often_the_password_is_proved(app: Flask) -> None:
    editor = gets_password(a_person("editor"))
    walker = Walker(app).signs_in(editor)
    goes_by(timedelta(hours=11, minutes=50), of="signed_in_at")
    walker.opens("/office/sign-in/again").sends(password=PASSWORD)
    assert walker.is_in
    goes_by(timedelta(minutes=11), of="signed_in_at")
    assert not walker.is_in


def test_use_does_not_keep_a_sign_in_fresh(app: Flask) -> None:
    client = sign_in(app, a_person("admin"))
    with client.session_transaction() as session:
        session["fs_paa"] -= 19 * 60
    assert client.get("/office/people/new").status_code == 200
    with client.session_transaction() as session:
        session["fs_paa"] -= 2 * 60
    assert "/office/sign-in/again" in client.get("/office/people/new").headers["Location"]


@pytest.mark.both_databases
def test_a_new_password_ends_every_other_session(app: Flask) -> None:
    editor = gets_password(a_person("editor"))
    walker, other = Walker(app).signs_in(editor), sign_in(app, editor)
    new = "another long password"
    walker.opens("/office/me/password").sends(password=PASSWORD, new_password=new, new_password_confirm=new)
    assert walker.is_in
    assert not is_in(other)
    assert len(rows()) == 1


def test_other_roles_end_every_session_of_that_person(app: Flask) -> None:
    editor = a_person("editor")
    client = sign_in(app, editor)
    sign_in(app, a_person("admin")).post(
        f"/office/people/{editor.reference}/roles", data={"roles": ["auditor"], "branch": ""}
    )
    db.session.rollback()
    assert db.session.get_one(Person, editor.id).role_names == {"auditor"}
    assert not is_in(client)
    assert [row.person_id for row in rows()].count(editor.id) == 0


def test_a_cookie_without_a_session_of_ours_lets_nobody_in(app: Flask) -> None:
    client = sign_in(app, a_person("admin"))
    with client.session_transaction() as session:
        del session["office_session"]
    assert not is_in(client)


def test_sessions_that_have_ended_leave_no_row_behind(app: Flask) -> None:
    editor = gets_password(a_person("editor"))
    sign_in(app, a_person("editor"))
    goes_by(timedelta(hours=13), of="signed_in_at")
    Walker(app).signs_in(editor)
    assert [row.person_id for row in rows()] == [editor.id]


@pytest.mark.both_databases
def test_a_session_that_is_ended_while_it_is_used_ends_without_an_error(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(app, a_person("treasurer"))
    goes_by(timedelta(minutes=5), of="last_seen_at")
    note = sessions.seen

    def ended_first(session_id: int) -> None:
        db.session.execute(delete(StaffSession).where(StaffSession.id == session_id))
        note(session_id)

    monkeypatch.setattr(sessions, "seen", ended_first)
    assert is_in(client)
    assert rows() == []
    assert not is_in(client)
