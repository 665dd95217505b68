"""The people of the office, as rows; what Flask-Security asks of a user's model stands here and nowhere else."""

# mypy: disable-error-code="assignment,misc,override"
import secrets
import uuid
from datetime import datetime
from typing import Any

from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from flask_security.utils import verify_password
from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import Base, Key
from app.staff.roles import NEEDS_SECOND_FACTOR, ROLES

_IN_ROLES = ", ".join(f"'{role}'" for role in ROLES)


class PersonRole(Base, RoleMixin):
    """That a person has a role; `name` is one of `roles.ROLES`."""

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
