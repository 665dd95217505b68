"""Letting people in, changing what they may do, and taking them out again."""

from collections.abc import Collection, Sequence

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select

from app import clock
from app.errors import DomainError
from app.extensions import db
from app.staff import sessions
from app.staff.person import Person, PersonRole
from app.staff.roles import ADMIN, BRANCH_TREASURER, ROLES


class NotAnAddress(DomainError):
    """This is no e-mail address."""


class KnownAlready(DomainError):
    """Somebody of the office has this e-mail address."""


class NoRole(DomainError):
    """A person needs one or more of the roles there are."""


class BranchNeeded(DomainError):
    """A branch treasurer needs a branch, and nobody else may have one."""


class LastAdmin(DomainError):
    """Without this person nobody could let people in any more."""


class OwnRoles(DomainError):
    """Nobody changes their own roles, or removes themselves."""


def find(reference: str) -> Person | None:
    """Somebody of the office by their reference; not whoever was removed."""
    return db.session.scalars(select(Person).where(Person.reference == reference, Person.active)).one_or_none()


def find_by_email(email: str) -> Person | None:
    """Somebody of the office by their address, however it is written."""
    return db.session.scalars(select(Person).where(Person.email == email.strip().casefold())).one_or_none()


def everybody() -> Sequence[Person]:
    """Everybody of the office, by name and address."""
    return db.session.scalars(select(Person).where(Person.active).order_by(Person.name, Person.email)).all()


def add(
    email: str,
    roles: Collection[str],
    *,
    name: str = "",
    branch_id: int | None = None,
    password_hash: str | None = None,
) -> Person:
    """Add somebody; without a password they need an invitation. The caller commits.

    Raises `NotAnAddress`, `KnownAlready`, `NoRole` or `BranchNeeded`.
    """
    try:
        checked = validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError as wrong:
        raise NotAnAddress("this is no e-mail address") from wrong
    # One person, however the address is written; mail to the domain arrives all the same.
    written = checked.normalized.casefold()
    if find_by_email(written) is not None:
        raise KnownAlready("somebody of the office has this e-mail address")
    person = Person(email=written, name=name.strip() or None, password=password_hash, added_at=clock.now())
    _give(person, roles, branch_id)
    db.session.add(person)
    db.session.flush()
    return person


def change_roles(person: Person, roles: Collection[str], branch_id: int | None, *, by: Person | None) -> None:
    """Give a person these roles and no others, and end their sessions. `by` is `None` for the operator.

    The caller commits. Raises `OwnRoles`, `LastAdmin`, `NoRole` or `BranchNeeded`.
    """
    _not_oneself(person, by)
    if ADMIN not in roles:
        _not_the_last_admin(person)
    _give(person, roles, branch_id)
    sessions.end(person)


def remove(person: Person, *, by: Person | None) -> None:
    """Take a person out. Their name and reference stay, because the audit trail speaks of them; nothing else does.

    The caller commits. Raises `OwnRoles` or `LastAdmin`.
    """
    _not_oneself(person, by)
    _not_the_last_admin(person)
    person.active, person.removed_at, person.email, person.branch_id = False, clock.now(), None, None
    person.password = None
    person.roles = []
    forget_second_factor(person)


def forget_second_factor(person: Person) -> None:
    """Take away a person's second factor, recovery codes and passkeys, and end their sessions; the caller commits.

    For whoever has lost them all: at the next sign-in they set up a new one.
    """
    person.tf_primary_method = person.tf_totp_secret = person.tf_last_counter = person.mf_recovery_codes = None
    person.webauthn = []
    sessions.end(person)


def _give(person: Person, roles: Collection[str], branch_id: int | None) -> None:
    if not roles or not set(roles) <= set(ROLES):
        raise NoRole("a person needs one or more of the roles there are")
    if (BRANCH_TREASURER in roles) != (branch_id is not None):
        raise BranchNeeded("a branch treasurer needs a branch, and nobody else may have one")
    held = {role.name: role for role in person.roles}
    person.roles = [held.get(name) or PersonRole(name=name) for name in sorted(roles)]
    person.branch_id = branch_id


def _not_oneself(person: Person, by: Person | None) -> None:
    if by is not None and by.id == person.id:
        raise OwnRoles("nobody changes their own roles, or removes themselves")


def _not_the_last_admin(person: Person) -> None:
    """The rows stay locked, so that two admins cannot remove each other at once."""
    admins = db.session.scalars(
        select(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.name == ADMIN, Person.active)
        .order_by(Person.id)
        .with_for_update()
    ).all()
    others = [admin for admin in admins if admin.id != person.id and (admin.password or admin.webauthn)]
    if not others and any(admin.id == person.id for admin in admins):
        raise LastAdmin("without this person nobody could let people in any more")
