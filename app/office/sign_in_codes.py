"""Codes of authenticator apps (RFC 6238) and recovery codes: each works once; in practice mode they are shown."""

from typing import Any

import segno
from flask import session
from flask_security import MfRecoveryCodesUtil, Security, Totp
from sqlalchemy import select

from app.extensions import db
from app.office import access
from app.staff.people import Person


class Codes(Totp):
    """Flask-Security's codes, which remembers the last one that each person used (RFC 6238, 5.2: one time only)."""

    def verify_totp(self, token: str, totp_secret: str, user: Any, window: int = 0) -> bool:
        """Whether it is the present code, or was or will be one within `window` seconds, and was not used yet."""
        _alone_with(user)
        if totp_secret != user.tf_totp_secret:
            # A new secret's codes count anew.
            user.tf_last_counter = None
        return super().verify_totp(token, totp_secret, user, window)

    def generate_qrcode(self, username: str, totp: str) -> str:
        """The new secret as a QR code for the app to scan, with the white edge that a scanner looks for."""
        code = segno.make(self.get_totp_uri(username, totp), error="m", micro=False)
        return str(code.svg_data_uri(light="white", omitsize=True))

    def get_last_counter(self, user: Person) -> int | None:  # type: ignore[override]
        """Which code was used last."""
        return user.tf_last_counter

    def set_last_counter(self, user: Person, tmatch: object) -> None:  # type: ignore[override]
        """Remember which code was used; the writing unit around the view commits it."""
        user.tf_last_counter = tmatch.counter  # type: ignore[attr-defined]


class RecoveryCodes(MfRecoveryCodesUtil):
    """Flask-Security's recovery codes, each of which lets one request in, however many bring it at once."""

    def check_recovery_code(self, user: Any, code: str) -> bool:
        """Whether the code is one of this person's that was not used yet."""
        _alone_with(user)
        return bool(super().check_recovery_code(user, code))


def _alone_with(person: Any) -> None:
    """Let nobody else use this person's codes until this unit ends; what others used by now is seen."""
    db.session.refresh(person, with_for_update=True)


def show_in_practice(security: Security) -> None:
    """Let the pages that ask for a code show it: only practice mode calls this, and the pages say so."""

    def present_code() -> dict[str, str | None]:
        secret = session.get("tf_totp_secret")
        if secret is None:
            mark = session.get("tf_user_id")
            person = db.session.scalar(select(Person).where(Person.fs_uniquifier == mark)) or access.somebody()
            secret = person.tf_totp_secret if person else None
        return {"practice_code": security.totp_factory.generate_totp_password(secret) if secret else None}

    security.tf_setup_context_processor(present_code)
    security.tf_token_validation_context_processor(present_code)
