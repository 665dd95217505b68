"""Which of Flask-Security's views write, and which are shut, because there is no way without them in its settings."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.office.access import somebody
from app.office.confirming import Question, asks_once
from app.writing import writing

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
        _("It signs you in no more. The device that holds it may go on offering it: remove it there as well."),
        _("Remove"),
        url_for("security.wan_register"),
    )


def _whether_the_codes_go() -> Question | None:
    person = somebody()
    if person is None or not person.mf_recovery_codes:
        return None
    return Question(
        _("Make new recovery codes?"),
        _("The codes that you have now work no more, wherever you wrote them down."),
        _("Make new codes"),
        url_for("security.mf_recovery_codes"),
    )


# What cannot be undone on Flask-Security's pages is asked once more, as everywhere in the office.
_QUESTIONS = {"wan_delete": _whether_the_passkey_goes, "mf_recovery_codes": _whether_the_codes_go}


def set_up(app: Flask) -> None:
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
