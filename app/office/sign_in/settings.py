"""Flask-Security's settings: what of it we use, where its pages are, and how long things last.

What Flask-Security tells people, in our own words; it translates them as it shows them.
"""

import base64
import hashlib
import hmac
from datetime import timedelta
from pathlib import Path
from typing import Any

from app import clock
from app.config import Settings
from app.office import access


def _(words: str) -> str:
    """Marks words for the translators."""
    return words


_SAID = {
    "GENERIC_AUTHN_FAILED": (_("The email address or password is not correct"), "error"),
    "UNAUTHENTICATED": (_("Sign in to continue."), "error"),
    "EMAIL_NOT_PROVIDED": (_("Enter your email address"), "error"),
    "INVALID_EMAIL_ADDRESS": (_("Enter an email address in the correct format, like name@example.org"), "error"),
    "PASSWORD_NOT_PROVIDED": (_("Enter your password"), "error"),
    "INVALID_PASSWORD": (_("The password is not correct"), "error"),
    "PASSWORD_INVALID_LENGTH": (_("Enter a password of %(length)s to 128 characters"), "error"),
    "RETYPE_PASSWORD_MISMATCH": (_("The two passwords do not match"), "error"),
    "PASSWORD_IS_THE_SAME": (_("Enter a password that is different from your current one"), "error"),
    "PASSWORD_CHANGE": (_("Password changed. You have been signed out everywhere else."), "success"),
    "PASSWORD_RESET_REQUEST": (
        _("If %(email)s has access to the office, we have sent a link to it."),
        "success",
    ),
    "PASSWORD_RESET_NO_LOGIN": (_("Password set. Sign in with it."), "success"),
    "PASSWORD_RESET_EXPIRED": (_("This link has expired: it worked for one day. Ask for a new one."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (_("This link has been used or is incomplete. Ask for a new one."), "error"),
    "REAUTHENTICATION_REQUIRED": (_("Confirm your password to continue."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_("Thank you. You can continue where you were."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (_("The code is not correct or has been used. Wait for the next one"), "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        _("Second factor set up. You have been signed out everywhere else."),
        "success",
    ),
    "TWO_FACTOR_PERMISSION_DENIED": (_("Start again with your password."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (_("Your roles require a second factor, so you cannot switch it off."), "error"),
    "TWO_FACTOR_DISABLED": (_("Second factor switched off."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (_("This took longer than 30 minutes. Start again."), "error"),
    "INVALID_RECOVERY_CODE": (_("The recovery code is not correct or has been used"), "error"),
    "NO_RECOVERY_CODES_SETUP": (_("You do not have any recovery codes yet."), "info"),
    "WEBAUTHN_EXPIRED": (_("This took too long. Start again."), "error"),
    "WEBAUTHN_NAME_REQUIRED": (_("Enter a name for the passkey, such as the device it is on"), "error"),
    "WEBAUTHN_NAME_INUSE": (_("You already have a passkey called %(name)s"), "error"),
    "WEBAUTHN_NAME_NOT_FOUND": (_("You have no passkey called %(name)s"), "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (_("Use letters, digits, spaces, dashes and underscores"), "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": (_("Passkey %(name)s removed."), "success"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (_("Passkey %(name)s added."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (_("This passkey has already been added."), "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (_("This passkey is not registered here."), "error"),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (_("This passkey is not registered here."), "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (_("This passkey is not registered here."), "error"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (_("This passkey belongs to someone else."), "error"),
    "WEBAUTHN_NO_VERIFY": (_("The passkey could not be checked. Try again."), "error"),
    "DISABLED_ACCOUNT": (_("The email address or password is not correct"), "error"),
    "INVALID_REDIRECT": (_("That address is not part of the office"), "error"),
    "API_ERROR": (_("That did not work. Try again."), "error"),
}

# By the names of Flask-Security's settings, without their common beginning.
MESSAGES = {f"MSG_{name}": said for name, said in _SAID.items()}


FEWEST_CHARACTERS = 12

# How long the link of an invitation or of a forgotten password works.
LINK_LASTS = timedelta(days=1)

_TRANSLATIONS = Path(__file__).parents[1] / "translations"


def of(settings: Settings) -> dict[str, Any]:
    """The configuration, by Flask-Security's names (flask-security.readthedocs.io, "Configuration").

    What is not named here is switched off by default. Keys that encrypt what the database holds are derived from
    SECRET_KEY: who changes that must have everybody set up their second factor again.
    """
    named = {**_pages(), **_proofs(settings), **MESSAGES}
    return {"SESSION_PROTECTION": None, **{f"SECURITY_{name}": value for name, value in named.items()}}


def _pages() -> dict[str, Any]:
    """Which pages there are, what their addresses are, and which templates show them."""
    own = "office/sign_in"
    return {
        "URL_PREFIX": "/office",
        "STATIC_FOLDER": None,
        "CLI_USERS_NAME": None,
        "CLI_ROLES_NAME": None,
        "I18N_DOMAIN": "messages",
        "I18N_DIRNAME": [str(_TRANSLATIONS)],
        "LOGIN_URL": "/sign-in",
        "VERIFY_URL": "/sign-in/again",
        "LOGOUT_URL": "/sign-out",
        "RESET_URL": "/password/forgotten",
        "CHANGE_URL": "/me/password",
        "TWO_FACTOR_SETUP_URL": "/me/second-factor",
        "TWO_FACTOR_TOKEN_VALIDATION_URL": "/sign-in/code",
        "TWO_FACTOR_RESCUE_URL": "/sign-in/rescue",
        "TWO_FACTOR_SELECT_URL": "/sign-in/which",
        "MULTI_FACTOR_RECOVERY_CODES_URL": "/me/recovery-codes",
        "MULTI_FACTOR_RECOVERY_URL": "/sign-in/recovery-code",
        "WAN_REGISTER_URL": "/me/passkeys",
        "WAN_DELETE_URL": "/me/passkeys/removal",
        "WAN_SIGNIN_URL": "/sign-in/passkey",
        "WAN_VERIFY_URL": "/sign-in/again/passkey",
        "POST_LOGIN_VIEW": "/office/",
        "POST_LOGOUT_VIEW": "/office/sign-in",
        "POST_VERIFY_VIEW": "/office/",
        "POST_RESET_VIEW": "/office/sign-in",
        "POST_CHANGE_VIEW": "/office/me/",
        "TWO_FACTOR_POST_SETUP_VIEW": "/office/me/",
        "WAN_POST_REGISTER_VIEW": "/office/me/",
        "LOGIN_USER_TEMPLATE": f"{own}/sign_in.html",
        "VERIFY_TEMPLATE": f"{own}/again.html",
        "LOGOUT_USER_TEMPLATE": f"{own}/sign_out.html",
        "FORGOT_PASSWORD_TEMPLATE": f"{own}/forgotten.html",
        "RESET_PASSWORD_TEMPLATE": f"{own}/new_password.html",
        "CHANGE_PASSWORD_TEMPLATE": f"{own}/change_password.html",
        "TWO_FACTOR_SETUP_TEMPLATE": f"{own}/second_factor.html",
        "TWO_FACTOR_VERIFY_CODE_TEMPLATE": f"{own}/code.html",
        "MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": f"{own}/recovery_codes.html",
        "MULTI_FACTOR_RECOVERY_TEMPLATE": f"{own}/recovery_code.html",
        "WAN_REGISTER_TEMPLATE": f"{own}/passkeys.html",
        "WAN_SIGNIN_TEMPLATE": f"{own}/passkey.html",
        "WAN_VERIFY_TEMPLATE": f"{own}/passkey.html",
    }


def _proofs(settings: Settings) -> dict[str, Any]:
    """By what people prove who they are, and for how long each proof holds."""
    return {
        "PASSWORD_HASH": "argon2",
        "PASSWORD_SCHEMES": ["argon2"],
        "PASSWORD_SINGLE_HASH": {"argon2"},
        # What is hashed so is no password but argon2's result. The slow default would tell by its time who has an
        # account when a link is asked for; links of before that stay good.
        "HASHING_SCHEMES": ["hex_sha256", "sha256_crypt"],
        "DEPRECATED_HASHING_SCHEMES": ["sha256_crypt"],
        "PASSWORD_LENGTH_MIN": FEWEST_CHARACTERS,
        "RETURN_GENERIC_RESPONSES": True,
        "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
        "EMAIL_PLAINTEXT": False,
        "EMAIL_HTML": False,
        "API_ENABLED_METHODS": ["session"],
        "JOIN_USER_ROLES": False,
        "DATETIME_FACTORY": clock.now,
        "FRESHNESS": access.FRESH_FOR,
        "FRESHNESS_GRACE_PERIOD": access.NOT_PROLONGED,
        "LOGOUT_CSRF": True,
        "RECOVERABLE": True,
        "RESET_PASSWORD_WITHIN": LINK_LASTS,
        "CHANGEABLE": True,
        "TWO_FACTOR": True,
        "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
        "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
        "TWO_FACTOR_RESCUE_EMAIL": False,
        "TOTP_SECRETS": {"1": _key(settings, "totp secrets").hex()},
        "TOTP_ISSUER": settings.organisation.name.replace(":", " "),
        "MULTI_FACTOR_RECOVERY_CODES": True,
        "MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(_key(settings, "recovery codes"))],
        "WEBAUTHN": True,
        "WAN_RP_NAME": settings.organisation.name,
        "WAN_ALLOW_USER_HINTS": False,
        "WAN_ALLOW_AS_VERIFY": ["first"],
        "WAN_SIGNIN_WITHIN": timedelta(minutes=5),
    }


def _key(settings: Settings, what_for: str) -> bytes:
    return hmac.new(settings.secret_key.encode(), what_for.encode(), hashlib.sha256).digest()
