"""Which of Flask-Security's views write, and which are shut, because there is no way without them in its settings."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue

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


def set_up(app: Flask) -> None:
    """Put the writing views into writing units, and shut the others."""
    for name in WRITE:
        endpoint = f"security.{name}"
        app.view_functions[endpoint] = _in_a_unit(app.view_functions[endpoint])
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
