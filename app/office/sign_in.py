"""Signing in: Flask-Security, set up to our rules and kept inside the office."""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore

from app import clock
from app.config import Settings
from app.extensions import db
from app.office import guard
from app.staff.person import Passkey, Person, PersonRole

MOST_CHARACTERS, FEWEST_CHARACTERS = 200, 12

# Flask-Security's blueprint, whose pages everybody may open.
SECURITY = "security"


class Datastore(SQLAlchemyUserDatastore):
    """Flask-Security's way to our people. It would commit by itself; here the writing unit around its view does."""

    def commit(self) -> None:
        """Leave it to the writing unit (docs/decisions/0009-what-flask-security-may-do.md)."""


def set_up(app: Flask) -> None:
    """Make Flask-Security part of the application; its pages are at /office/…."""
    settings: Settings = app.extensions["whipround"]
    app.config.update(_configuration(settings))
    before = [list(hooks[None]) for hooks in _hooks(app)]
    security = Security(app, Datastore(db, Person, PersonRole, Passkey))
    # Flask-Login and Flask-Principal would look into every reader's session; only the office has something there.
    for hooks, known in zip(_hooks(app), before, strict=True):
        added = [hook for hook in hooks[None] if hook not in known]
        hooks[None] = known
        for door in (SECURITY, "office"):
            hooks.setdefault(door, []).extend(added)
    # Nobody signs in by a token in the address or by JSON.
    security.login_manager.request_loader(None)
    security.want_json(lambda _request: False)
    app.before_request_funcs.setdefault(SECURITY, []).append(guard.name_the_actor)
    app.teardown_request_funcs.setdefault(SECURITY, []).append(guard.leave)


def _hooks(app: Flask) -> list[dict[str | None, list[Any]]]:
    """What Flask does around each request and each template, by blueprint (`None`: always)."""
    return [app.before_request_funcs, app.after_request_funcs, app.template_context_processors]


def _configuration(settings: Settings) -> dict[str, Any]:
    """Flask-Security's settings (flask-security.readthedocs.io, "Configuration"); what is not named is switched off."""
    totp = hmac.new(settings.secret_key.encode(), b"totp secrets", hashlib.sha256).hexdigest()
    return {
        "SESSION_PROTECTION": None,
        "SECURITY_URL_PREFIX": "/office",
        "SECURITY_STATIC_FOLDER": None,
        "SECURITY_CLI_USERS_NAME": None,
        "SECURITY_CLI_ROLES_NAME": None,
        "SECURITY_LOGIN_URL": "/sign-in",
        "SECURITY_LOGOUT_URL": "/sign-out",
        "SECURITY_LOGOUT_CSRF": True,
        "SECURITY_VERIFY_URL": "/sign-in/again",
        "SECURITY_POST_LOGIN_VIEW": "/office/",
        "SECURITY_POST_LOGOUT_VIEW": "/office/sign-in",
        "SECURITY_POST_VERIFY_VIEW": "/office/",
        "SECURITY_LOGIN_USER_TEMPLATE": "office/security/sign_in.html",
        "SECURITY_VERIFY_TEMPLATE": "office/security/again.html",
        "SECURITY_LOGOUT_USER_TEMPLATE": "office/security/sign_out.html",
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SINGLE_HASH": {"argon2"},
        "SECURITY_PASSWORD_LENGTH_MIN": FEWEST_CHARACTERS,
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_API_ENABLED_METHODS": ["session"],
        "SECURITY_FRESHNESS": guard.FRESH_FOR,
        "SECURITY_FRESHNESS_GRACE_PERIOD": guard.FRESH_AFTER_USE,
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_DATETIME_FACTORY": clock.now,
        "SECURITY_TOTP_SECRETS": {"1": totp},
        "SECURITY_TOTP_ISSUER": settings.organisation.name,
        "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=2),
        "SECURITY_FLASH_MESSAGES": False,
    }
