"""The API: the requests that Whipround's gateway makes, answered as Stripe answers them."""

import sqlite3
from collections.abc import Callable
from typing import Any

from flask import Blueprint, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue

from app.practice import answers, drawer, events, expansion, lists, parameters, policy, sessions
from app.practice.drawer import Drawer
from app.practice.events import Cause
from app.practice.refusals import no_such
from app.practice.rounds import Rounds

api = Blueprint("api", __name__, url_prefix="/v1")
policy.guard(api)

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


def _once(
    act: Callable[[sqlite3.Connection, dict[str, Any]], dict[str, Any]], shape: parameters.Shape
) -> ResponseReturnValue:
    """Answer a POST by acting on its checked parameters, or with the answer that its idempotency key already got."""
    key = request.headers.get("Idempotency-Key", "")
    pairs = list(request.form.items(multi=True))
    asked = answers.fingerprint(request.path, pairs)
    with _drawer().open() as db:
        stored = answers.replay(db, key, asked) if key else None
        if stored is not None:
            return jsonify(stored), 200, {"Idempotent-Replayed": "true"}
        given = parameters.read(parameters.nested(pairs), shape)
        shown = expansion.expanded(db, act(db, given), given.get("expand", []))
        if key:
            answers.store(db, key, asked, shown)
    _rounds().wake()
    return jsonify(shown)


def _query() -> dict[str, object]:
    return parameters.nested(request.args.items(multi=True))


@api.post("/checkout/sessions")
def create_session() -> ResponseReturnValue:
    """Open a Checkout Session."""

    def create(db: sqlite3.Connection, given: dict[str, Any]) -> dict[str, Any]:
        return sessions.create(db, given, request.host_url.rstrip("/"))

    return _once(create, sessions.PARAMETERS)


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

    def expire(db: sqlite3.Connection, _given: dict[str, Any]) -> dict[str, Any]:
        kept = sessions.present(db, reference)
        return sessions.expire(db, kept.body, kept.private, Cause(g.request_id, request.headers.get("Idempotency-Key")))

    return _once(expire, {"expand": parameters.EXPAND})


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
