"""Signing in: Flask-Security, set up to our rules and kept inside the office.

Which of Flask-Security's views write, and which are shut, because there is no way without them in its settings.

What we ask of passkeys: that the device checks its owner, so that each is two factors in one.

Codes of authenticator apps (RFC 6238) and recovery codes: each works once; in practice mode they are shown.

Flask-Security's emails are sent like all others: a row now, written and sent by the worker.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import segno
from flask import Flask, abort, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_security import MailUtil, MfRecoveryCodesUtil, Security, SQLAlchemyUserDatastore, Totp, WebauthnUtil
from flask_security.utils import hash_password
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app import clock
from app.database import db, writing
from app.emails import email
from app.office import access
from app.office.access import somebody
from app.office.confirming import Question, asks_once
from app.office.sign_in import forms, limits, sessions, trail
from app.office.sign_in import settings as sign_in_settings
from app.services import services
from app.staff import people
from app.staff.people import Passkey, Person, PersonRole
from app.subject import Subject

View = Callable[..., Any]

# Signing in by password is not among them: it writes nothing, and hashing takes long (docs/decisions/0009…).
WRITE = (
    "forgot_password",
    "reset_password",
    "change_password",
    "two_factor_setup",
    "two_factor_setup_validate",
    "two_factor_token_validation",
    "mf_recovery",
    "mf_recovery_codes",
    "wan_register",
    "wan_register_response",
    "wan_signin_response",
    "wan_verify_response",
    "wan_delete",
)

# A choice between several second factors (there is one), and help by mail (recovery codes and an admin are the help).
SHUT = ("tf_select", "two_factor_rescue")


def _whether_the_passkey_goes() -> Question | None:
    name = request.form.get("name", "")
    person = somebody()
    if person is None or name not in [passkey.name for passkey in person.webauthn]:
        return None
    return Question(
        _("Remove the passkey “%(name)s”?", name=name),
        _("You will no longer be able to sign in with it. Your device may still offer it, so remove it there as well."),
        _("Remove"),
        url_for("security.wan_register"),
    )


def _whether_the_codes_go() -> Question | None:
    person = somebody()
    if person is None or not person.mf_recovery_codes:
        return None
    return Question(
        _("Create new recovery codes?"),
        _("Your current recovery codes will stop working."),
        _("Create new codes"),
        url_for("security.mf_recovery_codes"),
    )


# What cannot be undone on Flask-Security's pages is asked once more, as everywhere in the office.
_QUESTIONS = {"wan_delete": _whether_the_passkey_goes, "mf_recovery_codes": _whether_the_codes_go}


def set_up_views(app: Flask) -> None:
    """Put the writing views into writing units, and shut the others."""
    for name in WRITE:
        endpoint = f"security.{name}"
        app.view_functions[endpoint] = _in_a_unit(app.view_functions[endpoint])
    for name, question in _QUESTIONS.items():
        endpoint = f"security.{name}"
        app.view_functions[endpoint] = asks_once(question)(app.view_functions[endpoint])
    for name in SHUT:
        app.view_functions[f"security.{name}"] = nothing_here


def nothing_here(**_values: Any) -> ResponseReturnValue:
    """404, whoever asks."""
    abort(404)


def _in_a_unit(view: View) -> View:
    @wraps(view)
    def inside(**values: Any) -> Any:
        if request.method in ("GET", "HEAD"):
            return view(**values)
        with writing():
            return view(**values)

    return inside


class OwnPasskeys(WebauthnUtil):
    """Passkeys that any device may hold, and that ask for a PIN, a finger or a face at every use."""

    def authenticator_selection(self, _user: Any, _usage: str) -> AuthenticatorSelectionCriteria:
        """What a new passkey must be able to do (W3C Web Authentication, 5.4.4)."""
        return AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        )

    def user_verification(self, _user: Any, _usage: list[str]) -> UserVerificationRequirement:
        """Its owner is checked at every use (W3C Web Authentication, 5.8.6)."""
        return UserVerificationRequirement.REQUIRED


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
            person = people.signing_in(mark) or access.somebody()
            secret = person.tf_totp_secret if person else None
        return {"practice_code": security.totp_factory.generate_totp_password(secret) if secret else None}

    security.tf_setup_context_processor(present_code)
    security.tf_token_validation_context_processor(present_code)


# Which email stands for which of its templates.
_LETTERS = {
    "security/email/reset_instructions": people.NEW_PASSWORD,
    "security/email/reset_notice": people.PASSWORD_CHANGED,
    "security/email/change_notice": people.PASSWORD_CHANGED,
}


class Emails(MailUtil):
    """Takes what Flask-Security wants to mail. No text, no address and no link is kept: the writer makes them."""

    def send_mail(self, template: str, *_args: Any, user: Person, **_values: Any) -> None:  # type: ignore[override]
        """Make the email due; the writing unit around the view commits it."""
        if _LETTERS[template] == people.NEW_PASSWORD:
            # For an address that nobody has, Flask-Security hashes something, so that it takes as long as mailing did.
            hash_password("takes its time")
        email.ask(_LETTERS[template], Subject("person", user.reference), clock.now().isoformat())


# Flask-Security's blueprint, whose pages everybody may open.
SECURITY = "security"


class Datastore(SQLAlchemyUserDatastore):
    """Flask-Security's way to our people. It would commit by itself; here the writing unit around its view does."""

    def commit(self) -> None:
        """Leave it to the writing unit (docs/decisions/0009-what-flask-security-may-do.md)."""


class SignIn(Security):
    """Flask-Security, with our own way to draw a QR code (`Codes`)."""

    def _check_modules(self, module: str, config_name: str) -> Any:
        """Insist on every library but `qrcode`, which would draw it otherwise."""
        return True if module == "qrcode" else super()._check_modules(module, config_name)  # type: ignore[no-untyped-call]


def set_up(app: Flask) -> None:
    """Make Flask-Security part of the application; its pages are at /office/…."""
    settings = services(app).settings
    app.config.update(sign_in_settings.of(settings))
    before = [list(hooks[None]) for hooks in _hooks(app)]
    security = SignIn(
        app,
        Datastore(db, Person, PersonRole, Passkey),
        mail_util_cls=Emails,
        totp_cls=Codes,
        mf_recovery_codes_util_cls=RecoveryCodes,
        webauthn_util_cls=OwnPasskeys,
        **forms.FORMS,
    )
    # Flask-Login and Flask-Principal would look into every reader's session; only the office has something there.
    for hooks, known in zip(_hooks(app), before, strict=True):
        added = [hook for hook in hooks[None] if hook not in known]
        hooks[None] = known
        for key in (SECURITY, "office"):
            hooks.setdefault(key, []).extend(added)
    # Nobody signs in by a token in the address or by JSON.
    security.login_manager.request_loader(None)
    security.want_json(lambda _request: False)
    app.before_request_funcs.setdefault(SECURITY, []).extend(
        [access.end_what_is_over, access.name_the_actor, limits.check]
    )
    app.after_request_funcs.setdefault(SECURITY, []).extend([access.keep_nothing, trail.note_strangers])
    app.teardown_request_funcs.setdefault(SECURITY, []).append(access.leave)
    set_up_views(app)
    trail.set_up(app)
    sessions.watch(app)
    if settings.practice:
        show_in_practice(security)


def _hooks(app: Flask) -> list[dict[str | None, list[Any]]]:
    """What Flask does before each request and for each template, by blueprint (`None`: always).

    What Flask-Login would do after each request is to set its "remember me" cookie: that is simply not kept.
    """
    app.after_request_funcs[None] = [
        hook for hook in app.after_request_funcs.get(None, []) if hook.__name__ != "_update_remember_cookie"
    ]
    return [app.before_request_funcs, app.template_context_processors]
