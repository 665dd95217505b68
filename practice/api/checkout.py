"""The API of Checkout Sessions."""

import sqlite3
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from practice.api import answering, expansion, parameters, policy
from practice.objects import sessions

checkout = Blueprint("checkout", __name__, url_prefix="/v1/checkout/sessions")
policy.guard(checkout)


@checkout.post("")
def create() -> ResponseReturnValue:
    """Open a Checkout Session."""

    def act(db: sqlite3.Connection, given: dict[str, Any]) -> dict[str, Any]:
        return sessions.create(db, given, request.host_url.rstrip("/"))

    return answering.once(act, sessions.PARAMETERS)


@checkout.get("")
def show_all() -> ResponseReturnValue:
    """The sessions, newest first."""
    return answering.page_of("checkout.session")


@checkout.get("/<reference>")
def retrieve(reference: str) -> ResponseReturnValue:
    """One session as it is now."""
    return answering.one_of(lambda db: sessions.present(db, reference).body)


@checkout.get("/<reference>/line_items")
def list_line_items(reference: str) -> ResponseReturnValue:
    """What is paid for in a session."""
    parameters.read(answering.query(), {"limit": parameters.integer})
    with answering.database().open() as db:
        return jsonify(expansion.line_items(db, sessions.present(db, reference).body["id"]))


@checkout.post("/<reference>/expire")
def expire(reference: str) -> ResponseReturnValue:
    """End an open session now."""

    def act(db: sqlite3.Connection, _given: dict[str, Any]) -> dict[str, Any]:
        stored = sessions.present(db, reference)
        return sessions.expire(db, stored.body, stored.private, answering.cause())

    return answering.once(act, {"expand": parameters.EXPAND})
