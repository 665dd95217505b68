"""The API's policy: who may ask, what every answer carries, and how a refusal looks."""

import logging

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from practice.api.refusals import Refused
from practice.webhooks.events import API_VERSION

log = logging.getLogger("practice")


def guard(blueprint: Blueprint) -> None:
    """Lay the policy on every route of `blueprint`."""
    blueprint.before_request(authenticate)
    blueprint.after_request(sign_off)
    blueprint.register_error_handler(Refused, refuse)
    blueprint.register_error_handler(Exception, fail)


def authenticate() -> None:
    """Every request carries a test key; a live key is refused, because here no money must ever be meant."""
    given = request.authorization
    key = (given.token or given.username or "" if given else "").strip()
    if not key:
        raise Refused(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if key.startswith(("sk_live_", "rk_live_")):
        raise Refused("This is Practice Stripe: it never takes a live key. Use one that starts sk_test_.", status=401)
    if not key.startswith(("sk_test_", "rk_test_")):
        raise Refused("Invalid API Key provided.", status=401)
    if request.headers.get("Stripe-Version", API_VERSION) != API_VERSION:
        raise Refused(f"Invalid Stripe API version: Practice Stripe speaks {API_VERSION} only.")


def sign_off(response: Response) -> Response:
    """Every answer names its request and the version it speaks."""
    response.headers["Request-Id"] = g.request_id
    response.headers["Stripe-Version"] = API_VERSION
    if key := request.headers.get("Idempotency-Key"):
        response.headers["Idempotency-Key"] = key
    return response


def refuse(refused: Refused) -> ResponseReturnValue:
    """Stripe's error envelope."""
    return jsonify(refused.envelope()), refused.status, {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}


def fail(error: Exception) -> ResponseReturnValue:
    """Whatever else goes wrong, in the same envelope; the traceback goes to the log alone."""
    if isinstance(error, HTTPException):
        return refuse(Refused(error.description or error.name, status=error.code or 500))
    log.exception("a request failed")
    return refuse(Refused("Practice Stripe has a fault; its log says more.", status=500, kind="api_error"))
