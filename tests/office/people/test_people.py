"""The people pages: an invitation from the form to the first sign-in, other roles, removal; each on the trail."""

import email
import email.policy
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.appeals import branch
from app.audit.trail import AuditRecord
from app.config import Settings
from app.database import db, writing
from app.staff import people
from app.staff.people import Person
from app.worker import emails
from tests.office.conftest import a_person, sign_in
from tests.office.walking import Walker, gets_password, gets_second_factor, read


@pytest.fixture
def admin(app: Flask) -> Person:
    return gets_second_factor(gets_password(a_person("admin", name="Tomasz Wren")))


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditRecord.action).order_by(AuditRecord.id)))


def test_an_invitation_leads_to_the_first_sign_in(app: Flask, settings: Settings, admin: Person) -> None:
    sent = {"name": "Mina Harker", "email": "mina@lantern.example", "roles": ["editor"], "branch": ""}
    answer = sign_in(app, admin).post("/office/people/new", data=sent, follow_redirects=True)
    assert "Invitation sent to Mina Harker" in answer.text
    assert "invited, not signed in yet" in answer.text
    assert emails.duty(settings).work_once()
    (path,) = settings.outbox.glob("*")
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert mail["To"] == "mina@lantern.example"
    words = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    link = re.search(r"http://localhost(/office/password/forgotten/\S+)", words)
    assert link
    new = "four words of my own"
    walker = Walker(app).opens(link[1]).sends(password=new, password_confirm=new)
    walker.sends(email="mina@lantern.example", password=new)
    assert walker.is_in
    assert people.find_by_email("mina@lantern.example").role_names == {"editor"}  # type: ignore[union-attr]
    assert actions()[0] == "person.added"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Enter their name"),
        ({"email": "mina"}, "Enter an email address in the correct format"),
        ({"email": "known@lantern.example"}, "Someone with this email address already has access"),
        ({"roles": []}, "Select at least one role"),
        ({"roles": ["branch_treasurer"]}, "Select the branch of this treasurer"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_and_what_was_typed_is_kept(
    app: Flask, admin: Person, changes: dict[str, Any], said: str
) -> None:
    a_person("editor", email="known@lantern.example")
    sent = {"name": "Mina Harker", "email": "mina@lantern.example", "roles": ["editor"], "branch": "", **changes}
    answer = sign_in(app, admin).post("/office/people/new", data=sent)
    assert answer.status_code == 422
    assert said in read(answer).main.get_text()
    assert read(answer).find("input", id="email")["value"] == sent["email"]


def test_a_branch_treasurer_is_invited_for_one_branch(app: Flask, admin: Person) -> None:
    with writing():
        hollin = branch.found_branch("Hollin Green", "Ambleford")
    sent = {"name": "Danuta", "email": "danuta@lantern.example", "roles": ["branch_treasurer"]}
    sign_in(app, admin).post("/office/people/new", data={**sent, "branch": hollin.reference})
    found = people.find_by_email("danuta@lantern.example")
    assert found
    assert found.branch_id == hollin.id


def test_other_roles_end_the_sessions_at_once(app: Flask, admin: Person) -> None:
    editor = a_person("editor")
    theirs = sign_in(app, editor)
    assert theirs.get("/office/me/").status_code == 200
    answer = sign_in(app, admin).post(
        f"/office/people/{editor.reference}/roles", data={"roles": ["auditor"], "branch": ""}
    )
    assert answer.status_code == 303
    assert theirs.get("/office/me/").status_code == 303
    assert db.session.get_one(Person, editor.id).role_names == {"auditor"}
    assert actions() == ["person.roles_changed"]


def test_a_lost_phone_is_forgotten_and_a_new_one_set_up(app: Flask, admin: Person) -> None:
    lost = gets_second_factor(gets_password(a_person("treasurer")))
    sign_in(app, admin).post(f"/office/people/{lost.reference}/second-factor/forget", data={"confirmed": "yes"})
    assert Walker(app).signs_in(db.session.get_one(Person, lost.id)).title == "Your second factor"


def test_who_is_removed_is_gone_at_once_and_named_on_the_trail(app: Flask, admin: Person) -> None:
    editor = a_person("editor", name="Zoë Fairhurst")
    theirs, ours = sign_in(app, editor), sign_in(app, admin)
    answer = ours.post(f"/office/people/{editor.reference}/removal", data={"confirmed": "yes"}, follow_redirects=True)
    assert "Zoë Fairhurst no longer has access" in answer.text
    assert theirs.get("/office/me/").status_code == 303
    assert ours.get(f"/office/people/{editor.reference}").status_code == 404
    assert "Zoë Fairhurst" in read(ours.get("/office/audit/")).table.get_text()


def test_sessions_can_be_ended_and_an_invitation_sent_again(app: Flask, admin: Person) -> None:
    person = a_person("editor")
    theirs, ours = sign_in(app, person), sign_in(app, admin)
    assert (
        "signed out everywhere"
        in ours.post(f"/office/people/{person.reference}/sessions/end", follow_redirects=True).text
    )
    assert theirs.get("/office/me/").status_code == 303
    assert (
        "Another invitation" in ours.post(f"/office/people/{person.reference}/invitation", follow_redirects=True).text
    )
    assert actions() == ["person.sessions_ended", "person.invited"]


def test_an_admin_cannot_change_their_own_roles_or_be_the_last_to_go(app: Flask, admin: Person) -> None:
    client = sign_in(app, admin)
    page = client.get(f"/office/people/{admin.reference}")
    assert "You cannot change your own roles" in page.text
    for step in ("roles", "removal"):
        answer = client.post(
            f"/office/people/{admin.reference}/{step}", data={"roles": "auditor", "branch": ""}, follow_redirects=True
        )
        assert "You cannot change your own roles or remove yourself" in answer.text
    other = sign_in(app, a_person("admin"))
    answer = other.post(f"/office/people/{admin.reference}/removal", data={"confirmed": "yes"}, follow_redirects=True)
    assert "This is the last admin" in answer.text
    assert actions() == []


def test_the_auditor_sees_the_people_and_no_button(app: Flask, admin: Person, signed_in: Any) -> None:
    page = read(signed_in("auditor").get(f"/office/people/{admin.reference}"))
    assert page.main.find_all("button") == []
    assert "Tomasz Wren" in page.h1.get_text()


def test_signing_in_again_leads_back_to_the_page_a_form_was_sent_from(app: Flask, admin: Person) -> None:
    client = sign_in(app, admin)
    with client.session_transaction() as session:
        session["fs_paa"] -= 3600
    page = f"/office/people/{admin.reference}"
    answer = client.post(f"{page}/sessions/end", headers={"Referer": f"http://localhost{page}"})
    assert answer.headers["Location"] == f"/office/sign-in/again?next={page}"
    back = client.post(answer.headers["Location"], data={"password": "four words side by side"})
    assert back.headers["Location"] == page
    assert client.post(f"{page}/sessions/end").headers["Location"] == page
