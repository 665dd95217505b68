"""The people of the example newspaper: one of each role, so that practice mode's office can be tried at once."""

from typing import Any

from flask import current_app
from flask_security.utils import hash_password
from sqlalchemy import select

from app.appeals import branch
from app.appeals.branch import Branch
from app.extensions import db
from app.staff import people
from app.staff.people import Person

# Practice mode says it on its sign-in page: it keeps nobody out.
PASSWORD = "lantern in practice"  # noqa: S105


def load(example: dict[str, Any]) -> int:
    """Add the example's branches and people who are not there yet, and return how many people; the caller commits."""
    known = set(db.session.scalars(select(Branch.name)))
    for each in example["branches"]:
        if each["name"] not in known:
            branch.found_branch(each["name"], each["region"])
    missing = [each for each in example["people"] if people.find_by_email(each["email"]) is None]
    hashed = hash_password(PASSWORD) if missing else ""
    for each in missing:
        held = db.session.scalar(select(Branch.id).where(Branch.name == each.get("branch")))
        person = people.add(each["email"], [each["role"]], name=each["name"], branch_id=held, password_hash=hashed)
        if person.needs_second_factor:
            _give_second_factor(person)
    return len(missing)


def _give_second_factor(person: Person) -> None:
    """An authenticator app and recovery codes, as if they had been set up; practice mode shows the code."""
    security = current_app.extensions["security"]
    person.tf_primary_method, person.tf_totp_secret = "authenticator", security.totp_factory.generate_totp_secret()
    security.mf_recovery_codes_util.create_recovery_codes(person)
