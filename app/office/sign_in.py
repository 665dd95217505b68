"""Signing in: Flask-Security, set up to our rules and kept inside the office."""

from typing import Any

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore

from app.config import Settings
from app.extensions import db
from app.office import (
    guard,
    sign_in_forms,
    sign_in_limits,
    sign_in_settings,
    sign_in_trail,
    sign_in_units,
)
from app.office.sign_in_codes import Codes, RecoveryCodes, show_in_practice
from app.office.sign_in_mail import Letters
from app.office.sign_in_passkeys import OwnPasskeys
from app.staff.people import Passkey, Person, PersonRole

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
    settings: Settings = app.extensions["whipround"]
    app.config.update(sign_in_settings.of(settings))
    before = [list(hooks[None]) for hooks in _hooks(app)]
    security = SignIn(
        app,
        Datastore(db, Person, PersonRole, Passkey),
        mail_util_cls=Letters,
        totp_cls=Codes,
        mf_recovery_codes_util_cls=RecoveryCodes,
        webauthn_util_cls=OwnPasskeys,
        **sign_in_forms.FORMS,
    )
    # Flask-Login and Flask-Principal would look into every reader's session; only the office has something there.
    for hooks, known in zip(_hooks(app), before, strict=True):
        added = [hook for hook in hooks[None] if hook not in known]
        hooks[None] = known
        for door in (SECURITY, "office"):
            hooks.setdefault(door, []).extend(added)
    # Nobody signs in by a token in the address or by JSON.
    security.login_manager.request_loader(None)
    security.want_json(lambda _request: False)
    app.before_request_funcs.setdefault(SECURITY, []).extend(
        [guard.end_what_is_over, guard.name_the_actor, sign_in_limits.check]
    )
    app.after_request_funcs.setdefault(SECURITY, []).extend([guard.keep_nothing, sign_in_trail.note_strangers])
    app.teardown_request_funcs.setdefault(SECURITY, []).append(guard.leave)
    sign_in_units.set_up(app)
    sign_in_trail.set_up(app)
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
