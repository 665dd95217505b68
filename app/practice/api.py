"""The API: the requests that Whipround's gateway makes, answered as Stripe answers them."""

import logging

from flask import Blueprint, Response, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.practice import answers, drawer, events, expansion, lists, parameters, sessions
from app.practice.drawer import Drawer
from app.practice.events import API_VERSION, Cause
from app.practice.refusals import Refused, no_such
from app.practice.rounds import Rounds

log = logging.getLogger("practice")

api = Blueprint("api", __name__, url_prefix="/v1")

# How each collection's objects are called, and by which name Stripe complains about their id.
_KINDS = {
    "balance_transactions": ("balance_transaction", "id"),
    "charges": ("charge", "id"),
    "events": ("event", "id"),
    "payment_intents": ("payment_intent", "intent"),
    "payment_methods": ("payment_method", "payment_method"),
}


def _drawer() -> Drawer:
    kept: Drawer = current_app.extensions["drawer"]
    return kept


def _rounds() -> Rounds:
    running: Rounds = current_app.extensions["rounds"]
    return running


def _query() -> dict[str, object]:
    return parameters.nested(request.args.items(multi=True))


@api.before_request
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


@api.after_request
def sign_off(response: Response) -> Response:
    """Every answer names its request and the version it speaks."""
    response.headers["Request-Id"] = g.request_id
    response.headers["Stripe-Version"] = API_VERSION
    if key := request.headers.get("Idempotency-Key"):
        response.headers["Idempotency-Key"] = key
    return response


@api.errorhandler(Refused)
def refuse(refused: Refused) -> ResponseReturnValue:
    """Stripe's error envelope."""
    return jsonify(refused.envelope()), refused.status, {"WWW-Authenticate": "Bearer"} if refused.status == 401 else {}


@api.errorhandler(Exception)
def fail(error: Exception) -> ResponseReturnValue:
    """Whatever else goes wrong, in the same envelope; the traceback goes to the log alone."""
    if isinstance(error, HTTPException):
        return refuse(Refused(error.description or error.name, status=error.code or 500))
    log.exception("a request failed")
    return refuse(Refused("Practice Stripe has a fault; its log says more.", status=500, kind="api_error"))


@api.post("/checkout/sessions")
def create_session() -> ResponseReturnValue:
    """Open a Checkout Session, once for each idempotency key."""
    key = request.headers.get("Idempotency-Key", "")
    pairs = list(request.form.items(multi=True))
    asked = answers.fingerprint(request.path, pairs)
    with _drawer().open() as db:
        stored = answers.replay(db, key, asked) if key else None
        if stored is not None:
            return jsonify(stored), 200, {"Idempotent-Replayed": "true"}
        given = parameters.read(parameters.nested(pairs), sessions.PARAMETERS)
        session = sessions.create(db, given, request.host_url.rstrip("/"))
        shown = expansion.expanded(db, session, given.get("expand", []))
        if key:
            answers.store(db, key, asked, shown)
    return jsonify(shown)


@api.get("/checkout/sessions")
def list_sessions() -> ResponseReturnValue:
    """The sessions, newest first."""
    with _drawer().open() as db:
        found, expand = lists.page(db, "checkout.session", _query(), request.path)
        return jsonify(expansion.expanded(db, found, expand))


@api.get("/checkout/sessions/<reference>")
def retrieve_session(reference: str) -> ResponseReturnValue:
    """One session as it is now."""
    asked = parameters.read(_query(), {"expand": parameters.EXPAND})
    with _drawer().open() as db:
        kept = sessions.present(db, reference)
        return jsonify(expansion.expanded(db, kept.body, asked.get("expand", [])))


@api.get("/checkout/sessions/<reference>/line_items")
def list_line_items(reference: str) -> ResponseReturnValue:
    """What is paid for in a session."""
    parameters.read(_query(), {"limit": parameters.integer})
    with _drawer().open() as db:
        return jsonify(expansion.line_items(db, sessions.present(db, reference).body["id"]))


@api.post("/checkout/sessions/<reference>/expire")
def expire_session(reference: str) -> ResponseReturnValue:
    """End an open session now."""
    asked = parameters.read(parameters.nested(request.form.items(multi=True)), {"expand": parameters.EXPAND})
    with _drawer().open() as db:
        kept = sessions.present(db, reference)
        cause = Cause(g.request_id, request.headers.get("Idempotency-Key"))
        ended = sessions.expire(db, kept.body, kept.private, cause)
        shown = expansion.expanded(db, ended, asked.get("expand", []))
    _rounds().wake()
    return jsonify(shown)


@api.get("/<any(balance_transactions, charges, events, payment_intents):plural>")
def list_objects(plural: str) -> ResponseReturnValue:
    """The objects of a collection, newest first."""
    kind, _ = _KINDS[plural]
    with _drawer().open() as db:
        found, expand = lists.page(db, kind, _query(), request.path)
        if kind == "event":
            found["data"] = [events.shown(db, event) for event in found["data"]]
        return jsonify(expansion.expanded(db, found, expand))


@api.get("/<any(balance_transactions, charges, events, payment_intents, payment_methods):plural>/<reference>")
def retrieve(plural: str, reference: str) -> ResponseReturnValue:
    """One object as it is now."""
    kind, param = _KINDS[plural]
    asked = parameters.read(_query(), {"expand": parameters.EXPAND})
    with _drawer().open() as db:
        kept = drawer.find(db, kind, reference)
        if kept is None:
            raise no_such(kind, reference, param=param)
        body = events.shown(db, kept.body) if kind == "event" else kept.body
        return jsonify(expansion.expanded(db, body, asked.get("expand", [])))
