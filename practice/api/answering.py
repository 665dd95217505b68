"""How the API answers: objects as they are now, with what was to be expanded, and each keyed request once."""

import sqlite3
from collections.abc import Callable
from typing import Any, TypeAlias

from flask import current_app, g, jsonify, request
from flask.typing import ResponseReturnValue

from practice import store
from practice.api import expansion, idempotency, lists, parameters
from practice.api.refusals import Declined, no_such
from practice.store import Store, Stored
from practice.webhooks.events import Cause
from practice.webhooks.loop import Rounds

Act: TypeAlias = Callable[[sqlite3.Connection, dict[str, Any]], dict[str, Any]]


def database() -> Store:
    """Where everything is stored."""
    stored: Store = current_app.extensions["store"]
    return stored


def rounds() -> Rounds:
    """Practice Stripe's rounds."""
    running: Rounds = current_app.extensions["rounds"]
    return running


def cause() -> Cause:
    """This request, as the cause of events."""
    return Cause(g.request_id, request.headers.get("Idempotency-Key"))


def by_hand() -> Cause:
    """This form, as the cause of events: no request of Whipround's brought them about."""
    return Cause(g.request_id)


def query() -> dict[str, Any]:
    """The parameters of a GET, nested."""
    return parameters.nested(request.args.items(multi=True))


def once(act: Act, shape: parameters.Shape) -> ResponseReturnValue:
    """Answer a request by acting on its checked parameters, or with the answer that its idempotency key already got.

    A card that was declined stays tried, although the answer is an error.
    """
    key = request.headers.get("Idempotency-Key", "")
    pairs = list((request.args if request.method == "DELETE" else request.form).items(multi=True))
    asked = idempotency.fingerprint(request.path, pairs)
    with database().open() as db:
        stored = idempotency.replay(db, key, asked) if key else None
        if stored is not None:
            return jsonify(stored), 200, {"Idempotent-Replayed": "true"}
        given = parameters.read(parameters.nested(pairs), shape)
        try:
            shown = expansion.expanded(db, act(db, given), given.get("expand", []))
        except Declined as declined:
            answer: ResponseReturnValue = (declined.envelope(), declined.status)
        else:
            answer = jsonify(shown)
            if key:
                idempotency.store(db, key, asked, shown)
    rounds().wake()
    return answer


def page_of(kind: str) -> ResponseReturnValue:
    """A page of the objects of a kind, newest first."""
    with database().open() as db:
        found, expand = lists.page(db, kind, query(), request.path)
        return jsonify(expansion.expanded(db, found, expand))


def one_of(find: Callable[[sqlite3.Connection], dict[str, Any]]) -> ResponseReturnValue:
    """One object as it is now."""
    asked = parameters.read(query(), {"expand": parameters.EXPAND})
    with database().open() as db:
        return jsonify(expansion.expanded(db, find(db), asked.get("expand", [])))


def stored(db: sqlite3.Connection, kind: str, reference: str, param: str) -> Stored:
    """The object that the path names; raises `Refused` when there is none, calling its id `param`."""
    found = store.find(db, kind, reference)
    if found is None:
        raise no_such(kind, reference, param=param)
    return found
