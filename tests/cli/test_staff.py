"""`flask staff`: the operator lets people in, lists them and takes them out."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.appeals import branch
from app.audit.trail import AuditRecord
from app.database import db, writing
from app.emails.email import DueEmail
from app.staff import people

PASSWORD = "four words side by side"


def staff(app: Flask, *args: str, typed: str = ""):
    return app.test_cli_runner().invoke(args=["staff", *args], input=typed)


@pytest.mark.both_databases
def test_somebody_is_added_with_a_password_and_several_roles(app):
    added = staff(
        app, "add", "Mina@lantern.example", "--role", "treasurer", "--role", "admin", typed=f"{PASSWORD}\n{PASSWORD}\n"
    )
    assert added.exit_code == 0, added.output
    assert "can sign in at http://localhost/office/ as admin, treasurer" in added.output
    assert PASSWORD not in added.output
    person = people.find_by_email("mina@lantern.example")
    assert person.password.startswith("$argon2id$")
    record = db.session.scalars(select(AuditRecord)).one()
    assert (record.by, record.action) == ("operator", "person.added")
    assert "mina@lantern.example  admin, treasurer  (password)" in staff(app, "list").output


def test_a_short_password_is_asked_for_again(app):
    added = staff(
        app, "add", "mina@lantern.example", "--role", "editor", typed=f"short\nshort\n{PASSWORD}\n{PASSWORD}\n"
    )
    assert added.exit_code == 0
    assert "at least 12 characters" in added.output


def test_an_invitation_is_a_letter(app):
    assert staff(app, "add", "mina@lantern.example", "--role", "editor", "--invite").exit_code == 0
    letter = db.session.scalars(select(DueEmail)).one()
    assert letter.kind == "staff-invitation"
    assert "invited, no password yet" in staff(app, "list").output


def test_a_branch_treasurer_needs_a_branch_that_exists(app):
    asked = ("add", "mina@lantern.example", "--role", "branch-treasurer", "--invite")
    assert "needs a branch" in staff(app, *asked).output
    assert "no branch called Nowhere" in staff(app, *asked, "--branch", "Nowhere").output
    with writing():
        branch.found_branch("Hollin Green", "Ambleford")
    assert staff(app, *asked, "--branch", "Hollin Green").exit_code == 0
    assert people.find_by_email("mina@lantern.example").branch_id is not None


def test_somebody_is_removed_but_not_the_last_admin(app):
    for name in ("mina", "john"):
        staff(app, "add", f"{name}@lantern.example", "--role", "admin", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert "no longer has access" in staff(app, "remove", "mina@lantern.example").output
    last = staff(app, "remove", "john@lantern.example")
    assert last.exit_code == 1
    assert "nobody could let people in" in last.output
    assert "Nobody with access to the office" in staff(app, "remove", "mina@lantern.example").output


def test_nobody_is_added_twice(app):
    for _turn in range(2):
        added = staff(app, "add", "mina@lantern.example", "--role", "editor", "--invite")
    assert added.exit_code == 1
    assert "has this email address" in added.output
