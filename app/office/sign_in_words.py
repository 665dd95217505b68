"""What Flask-Security tells people, in our own words; it translates them as it shows them."""


def _(words: str) -> str:
    """Marks words for the translators."""
    return words


_SAID = {
    "GENERIC_AUTHN_FAILED": (_("The e-mail address or the password is not right"), "error"),
    "UNAUTHENTICATED": (_("Sign in to go on."), "error"),
    "EMAIL_NOT_PROVIDED": (_("Enter your e-mail address"), "error"),
    "INVALID_EMAIL_ADDRESS": (_("Enter an e-mail address in the form name@example.org"), "error"),
    "PASSWORD_NOT_PROVIDED": (_("Enter your password"), "error"),
    "INVALID_PASSWORD": (_("This is not your password"), "error"),
    "PASSWORD_INVALID_LENGTH": (_("Choose a password of at least %(length)s characters, and at most 128"), "error"),
    "RETYPE_PASSWORD_MISMATCH": (_("The two passwords differ: type the same one twice"), "error"),
    "PASSWORD_IS_THE_SAME": (_("Choose a password that differs from the present one"), "error"),
    "PASSWORD_CHANGE": (_("Your password is changed, and you are signed out everywhere else."), "success"),
    "PASSWORD_RESET_REQUEST": (
        _("If %(email)s belongs to somebody of the office, a letter with a link is on its way there."),
        "success",
    ),
    "PASSWORD_RESET_NO_LOGIN": (_("Your password is set. Sign in with it."), "success"),
    "PASSWORD_RESET_EXPIRED": (_("This link was good for a day, and the day is over. Ask for a new one."), "error"),
    "INVALID_RESET_PASSWORD_TOKEN": (_("This link has been used or is not whole. Ask for a new one."), "error"),
    "REAUTHENTICATION_REQUIRED": (_("This needs a fresh sign-in."), "info"),
    "REAUTHENTICATION_SUCCESSFUL": (_("Thank you. Go on where you were."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (_("This code is not right, or has been used. Wait for the next one."), "error"),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (_("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (
        _("Your second factor is set up, and you are signed out everywhere else."),
        "success",
    ),
    "TWO_FACTOR_PERMISSION_DENIED": (_("Begin again with your password."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (_("Your roles need a second factor: it cannot be switched off."), "error"),
    "TWO_FACTOR_DISABLED": (_("Your second factor is switched off."), "success"),
    "TWO_FACTOR_SETUP_EXPIRED": (_("That took longer than half an hour. Begin again."), "error"),
    "INVALID_RECOVERY_CODE": (_("This is none of your recovery codes, or it has been used"), "error"),
    "NO_RECOVERY_CODES_SETUP": (_("You have no recovery codes yet."), "info"),
    "WEBAUTHN_EXPIRED": (_("That took too long. Begin again."), "error"),
    "WEBAUTHN_NAME_REQUIRED": (_("Give the passkey a name, such as the device it is on"), "error"),
    "WEBAUTHN_NAME_INUSE": (_("You have a passkey called %(name)s already"), "error"),
    "WEBAUTHN_NAME_NOT_FOUND": (_("You have no passkey called %(name)s"), "error"),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": (_("Use letters, digits, spaces, dashes and underscores"), "error"),
    "WEBAUTHN_CREDENTIAL_DELETED": (_("The passkey %(name)s is removed."), "success"),
    "WEBAUTHN_REGISTER_SUCCESSFUL": (_("The passkey %(name)s is added."), "success"),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": (_("This passkey is known already."), "error"),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": (_("This passkey is not known here."), "error"),
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": (_("This passkey is not known here."), "error"),
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": (_("This passkey is not known here."), "error"),
    "WEBAUTHN_MISMATCH_USER_HANDLE": (_("This passkey is somebody else’s."), "error"),
    "WEBAUTHN_NO_VERIFY": (_("The passkey could not be checked. Try again."), "error"),
    "DISABLED_ACCOUNT": (_("The e-mail address or the password is not right"), "error"),
    "INVALID_REDIRECT": (_("That address is not part of this office"), "error"),
    "API_ERROR": (_("That did not work. Try again."), "error"),
}

# By the names of Flask-Security's settings, without their common beginning.
MESSAGES = {f"MSG_{name}": said for name, said in _SAID.items()}
