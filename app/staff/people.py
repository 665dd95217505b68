"""Letting people in, changing what they may do, and taking them out again.

The people of the office, as rows; what Flask-Security asks of a user's model stands here and nowhere else.

The roles of the office; a person may have several.

Ending a person's sessions: each carries a mark, and a new mark on the person ends all that carry the old one.

The kinds of emails that people of the office get; their words are in templates/emails/<kind>.….
"""

import secrets
import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from flask_security.utils import verify_password
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Row, String, Text, UniqueConstraint, select
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.database import Base, Key, db, read_locked
from app.errors import DomainError
from app.staff import sessions

ADMIN = "admin"
TREASURER = "treasurer"
EDITOR = "editor"
AUDITOR = "auditor"
BRANCH_TREASURER = "branch_treasurer"

ROLES = (ADMIN, TREASURER, BRANCH_TREASURER, EDITOR, AUDITOR)

# Whoever handles money, reads every donor or lets people in must prove twice who they are.
NEEDS_SECOND_FACTOR = frozenset({ADMIN, TREASURER, BRANCH_TREASURER, AUDITOR})


# mypy: disable-error-code="assignment,misc,override"


_IN_ROLES = ", ".join(f"'{role}'" for role in ROLES)


class PersonRole(Base, RoleMixin):
    """That a person has a role; `name` is one of `ROLES`."""

    __tablename__ = "person_roles"
    __table_args__ = (CheckConstraint(f"name IN ({_IN_ROLES})", name="name"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True)


class Passkey(Base, WebAuthnMixin):
    """A passkey (W3C Web Authentication): a public key whose other half never leaves the person's device."""

    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("person_id", "name"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(Text)
    lastuse_datetime: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(20))

    person: Mapped["Person"] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        """How Flask-Security finds whose passkey this is."""
        return {"id": self.person_id}


class Person(Base, UserMixin):
    """Somebody of the office. `active` until removed; removed people stay as rows, because the audit trail names them.

    `reference` is the name in the audit trail ('person:<reference>'). A branch treasurer has a `branch_id`. The columns
    that begin with fs_, tf_ and mf_ are Flask-Security's: the mark of this person's sessions (`fs_uniquifier`: a new
    one ends them all), the second factor with the last code that was used, and the recovery codes, both encrypted.
    """

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("NOT active OR email IS NOT NULL", name="email"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_hex(8))
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    name: Mapped[str | None] = mapped_column(String(120))
    branch_id: Mapped[int | None] = mapped_column(Key)
    active: Mapped[bool] = mapped_column(default=True)
    password: Mapped[str | None] = mapped_column(String(255))
    added_at: Mapped[datetime]
    invited_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid.uuid4().hex)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(
        String(64), unique=True, default=lambda: uuid.uuid4().hex
    )
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None] = mapped_column(Key)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()))

    roles: Mapped[list[PersonRole]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", order_by=PersonRole.name
    )
    webauthn: Mapped[list[Passkey]] = relationship(
        back_populates="person", lazy="selectin", cascade="all, delete-orphan", order_by=Passkey.id
    )

    @property
    def role_names(self) -> frozenset[str]:
        """The names of the roles that this person has."""
        return frozenset(role.name for role in self.roles)

    @property
    def needs_second_factor(self) -> bool:
        """Whether one of the roles asks for a second factor at every sign-in."""
        return bool(self.role_names & NEEDS_SECOND_FACTOR)

    def check_tf_required(
        self, tf_setup_methods: list[tuple[str, str]], _tf_fresh: bool
    ) -> tuple[bool, list[tuple[str, str]]]:
        """Flask-Security's question at each sign-in: who has a second factor uses it, and some roles must have one."""
        return self.needs_second_factor or bool(tf_setup_methods), tf_setup_methods

    def check_tf_required_setup(self) -> bool:
        """Flask-Security's question on the page that sets it up."""
        return self.needs_second_factor

    def verify_and_update_password(self, password: str) -> bool:
        """Whether it is this person's password. Signing in writes nothing: it is hashed anew when it is changed."""
        return bool(verify_password(password, self.password or ""))


def end(person: Person, *, but: str | None = None) -> None:
    """Sign a person out everywhere, but where the cookie holds the secret `but`; links by mail that were not used yet
    end as well. The caller commits."""
    person.fs_uniquifier = uuid.uuid4().hex
    db.session.add(person)
    db.session.flush()
    sessions.end_all(person.id, but=but)


class NotAnEmailAddress(DomainError):
    """This is no email address."""


class KnownAlready(DomainError):
    """Somebody of the office has this email address."""


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


def named(references: Collection[str]) -> Sequence[Row[str, str | None, str | None]]:
    """Reference, name and address of these people, whether or not they are still of the office."""
    columns = (Person.reference, Person.name, Person.email)
    return db.session.execute(select(*columns).where(Person.reference.in_(references))).all()


def ever() -> Sequence[Row[str, str | None, str | None]]:
    """Reference, name and address of everybody who ever was of the office, by name."""
    return db.session.execute(select(Person.reference, Person.name, Person.email).order_by(Person.name)).all()


def of_branches() -> Sequence[Row[int | None, str | None, str | None]]:
    """Branch, name and address of those who are a branch's."""
    columns = (Person.branch_id, Person.name, Person.email)
    return db.session.execute(select(*columns).where(Person.branch_id.is_not(None), Person.active)).all()


def signing_in(mark: str | None) -> Person | None:
    """Whom a sign-in that has only begun is of, by the mark that it keeps (`fs_uniquifier`)."""
    return db.session.scalar(select(Person).where(Person.fs_uniquifier == mark))


def add(
    email: str,
    roles: Collection[str],
    *,
    name: str = "",
    branch_id: int | None = None,
    password_hash: str | None = None,
) -> Person:
    """Add somebody; without a password they need an invitation. The caller commits.

    Raises `NotAnEmailAddress`, `KnownAlready`, `NoRole` or `BranchNeeded`.
    """
    try:
        checked = validate_email(email.strip(), check_deliverability=False)
    except EmailNotValidError as wrong:
        raise NotAnEmailAddress("this is no email address") from wrong
    # One person, however the address is written; mail to the domain arrives all the same.
    written = checked.normalized.casefold()
    if find_by_email(written) is not None:
        raise KnownAlready("somebody of the office has this email address")
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
    end(person)


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
    end(person)


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
    admins = read_locked(
        select(Person)
        .join(PersonRole, PersonRole.person_id == Person.id)
        .where(PersonRole.name == ADMIN, Person.active)
        .order_by(Person.id)
    ).all()
    others = [admin for admin in admins if admin.id != person.id and (admin.password or admin.webauthn)]
    if not others and any(admin.id == person.id for admin in admins):
        raise LastAdmin("without this person nobody could let people in any more")


INVITATION = "staff-invitation"
NEW_PASSWORD = "staff-new-password"  # noqa: S105 - the name of an email
PASSWORD_CHANGED = "staff-password-changed"  # noqa: S105
