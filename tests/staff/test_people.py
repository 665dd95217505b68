"""People: who may be let in, with which roles; the last admin stays, and nobody changes their own roles."""

import pytest
from flask import Flask

from app.database import db, writing
from app.staff import people
from app.staff.people import Passkey, Person


def added(email: str, *roles: str, branch_id: int | None = None, hashed: str | None = "hash") -> Person:
    with writing():
        return people.add(email, roles, name="Mina", branch_id=branch_id, password_hash=hashed)


@pytest.mark.both_databases
def test_a_person_is_found_however_their_address_is_written(app: Flask) -> None:
    person = added("Mina.Harker@Lantern.example", "editor")
    assert person.email == "mina.harker@lantern.example"
    assert people.find_by_email(" MINA.harker@lantern.EXAMPLE ") is person
    assert people.find(person.reference) is person


def test_an_address_is_taken_once(app: Flask) -> None:
    added("mina@lantern.example", "editor")
    with pytest.raises(people.KnownAlready):
        added("MINA@lantern.example", "auditor")


@pytest.mark.parametrize("email", ["", "mina", "mina@", "mina@lantern example"])
def test_what_is_no_address_is_refused(app: Flask, email: str) -> None:
    with pytest.raises(people.NotAnEmailAddress):
        added(email, "editor")


@pytest.mark.parametrize("roles", [[], ["owner"], ["editor", "owner"]])
def test_only_the_roles_there_are_can_be_given(app: Flask, roles: list[str]) -> None:
    with pytest.raises(people.NoRole):
        added("mina@lantern.example", *roles)


@pytest.mark.parametrize(("roles", "branch_id"), [(["branch_treasurer"], None), (["editor"], 1)])
def test_a_branch_belongs_to_branch_treasurers_alone(app: Flask, roles: list[str], branch_id: int | None) -> None:
    with pytest.raises(people.BranchNeeded):
        added("mina@lantern.example", *roles, branch_id=branch_id)


def test_other_roles_end_the_sessions(app: Flask) -> None:
    person = added("mina@lantern.example", "editor", "auditor")
    mark = person.fs_uniquifier
    with writing():
        people.change_roles(person, ["auditor", "branch_treasurer"], 3, by=None)
    assert person.role_names == {"auditor", "branch_treasurer"}
    assert person.branch_id == 3
    assert person.fs_uniquifier != mark


@pytest.mark.both_databases
def test_the_last_admin_who_can_get_in_stays(app: Flask) -> None:
    only = added("mina@lantern.example", "admin")
    added("invited@lantern.example", "admin", hashed=None)
    for change in (lambda: people.remove(only, by=None), lambda: people.change_roles(only, ["editor"], None, by=None)):
        with pytest.raises(people.LastAdmin), writing():
            change()
    added("second@lantern.example", "admin")
    with writing():
        people.remove(only, by=None)
    assert people.find(only.reference) is None


def test_nobody_changes_their_own_roles_or_removes_themselves(app: Flask) -> None:
    person = added("mina@lantern.example", "admin")
    added("second@lantern.example", "admin")
    with pytest.raises(people.OwnRoles), writing():
        people.change_roles(person, ["admin", "treasurer"], None, by=person)
    with pytest.raises(people.OwnRoles), writing():
        people.remove(person, by=person)


def test_who_is_removed_leaves_only_a_name(app: Flask) -> None:
    person = added("mina@lantern.example", "branch_treasurer", branch_id=1)
    mark = person.fs_uniquifier
    with writing():
        person.tf_totp_secret, person.mf_recovery_codes = "secret", ["code"]
        people.remove(person, by=None)
    db.session.refresh(person)
    left = (person.email, person.password, person.tf_totp_secret, person.mf_recovery_codes, person.branch_id)
    assert left == (None, None, None, [], None)
    assert (person.name, person.active, person.roles) == ("Mina", False, [])
    assert person.fs_uniquifier != mark
    added("mina@lantern.example", "editor")


def test_a_forgotten_second_factor_takes_passkeys_along(app: Flask) -> None:
    person = added("mina@lantern.example", "treasurer")
    with writing():
        person.tf_primary_method = "authenticator"
        person.webauthn.append(
            Passkey(
                credential_id=b"1", public_key=b"2", backup_state=False, device_type="single_device",
                lastuse_datetime=person.added_at, name="Phone", usage="first",
            )
        )  # fmt: skip
    with writing():
        people.forget_second_factor(person)
    db.session.refresh(person)
    assert person.webauthn == []
    assert person.tf_primary_method is None


@pytest.mark.parametrize(
    ("roles", "needed"),
    [(["admin"], True), (["treasurer"], True), (["branch_treasurer"], True), (["editor"], False), (["auditor"], True)],
)
def test_whoever_sees_donors_or_lets_people_in_needs_a_second_factor(
    app: Flask, roles: list[str], needed: bool
) -> None:
    branch_id = 1 if roles == ["branch_treasurer"] else None
    assert added("mina@lantern.example", *roles, branch_id=branch_id).needs_second_factor is needed
