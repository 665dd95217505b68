"""The counter: what the till did, what it told and how that was answered, and switches for mischief."""

import sqlite3
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from app import clock
from app.money import Money, written
from app.practice import drawer, mailbag, sessions
from app.practice.drawer import Drawer
from app.practice.events import Cause
from app.practice.refusals import Refused

counter = Blueprint("counter", __name__)

MISCHIEF = ("twice", "backwards", "hold")


def _drawer() -> Drawer:
    kept: Drawer = current_app.extensions["drawer"]
    return kept


@counter.get("/")
def show() -> ResponseReturnValue:
    """The last sessions and events, with how each delivery went."""
    with _drawer().open() as db:
        return render_template(
            "practice/counter.html",
            sessions=_sessions(db),
            events=_events(db),
            on=drawer.mischief(db),
            webhook_url=current_app.extensions["settings"].webhook_url,
        )


@counter.post("/mischief")
def switch() -> ResponseReturnValue:
    """Switch the chosen faults on and the others off."""
    with _drawer().open() as db:
        drawer.switch(db, set(MISCHIEF) & set(request.form.getlist("on")))
    return _back()


@counter.post("/events/<reference>/deliveries")
def deliver_again(reference: str) -> ResponseReturnValue:
    """Send an event once more."""
    with _drawer().open() as db:
        if not mailbag.again(db, reference):
            abort(404)
    return _back()


@counter.post("/sessions/<reference>/expiry")
def expire(reference: str) -> ResponseReturnValue:
    """End an open session before its time, as if the payer had walked away."""
    with _drawer().open() as db:
        try:
            kept = sessions.present(db, reference)
            sessions.expire(db, kept.body, kept.private, Cause(g.request_id))
        except Refused as refused:
            abort(404 if refused.status == 404 else 409)
    return _back()


def _back() -> ResponseReturnValue:
    """To the counter, after telling the rounds that there is something to do."""
    current_app.extensions["rounds"].wake()
    return redirect("/", code=303)


def _sessions(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """The last twenty sessions, as the page shows them."""
    rows = db.execute("SELECT id FROM objects WHERE kind = 'checkout.session' ORDER BY seq DESC LIMIT 20").fetchall()
    shown = []
    for row in rows:
        kept = sessions.present(db, row["id"])
        body = kept.body
        shown.append(
            {
                "id": body["id"],
                "made": clock.from_timestamp(body["created"]),
                "what": kept.private["items"][0]["description"],
                "amount": written(Money(body["amount_total"], body["currency"])),
                "status": body["status"],
                "url": body["url"],
            }
        )
    return shown


def _events(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """The last forty events with their deliveries; instants are aware, or none."""
    rows = db.execute(
        "SELECT objects.id, objects.created, json_extract(body, '$.type') AS type, attempts, next_at, last_answer, "
        "json_extract(body, '$.data.object.id') AS subject, delivered FROM objects "
        "JOIN deliveries ON deliveries.event_id = objects.id WHERE kind = 'event' ORDER BY seq DESC LIMIT 40"
    )
    return [
        {
            **dict(row),
            "made": clock.from_timestamp(row["created"]),
            "next": clock.from_timestamp(int(row["next_at"])) if row["next_at"] else None,
        }
        for row in rows
    ]
