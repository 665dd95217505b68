"""What people read when something cannot be done: a page in plain words with the right status, never a traceback."""

import logging
from urllib.parse import quote

from flask import Flask, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from werkzeug.exceptions import HTTPException

from app.database import db
from app.errors import DomainError, in_words

log = logging.getLogger(__name__)

# The statuses that have a page of their own, templates/errors/<status>.html.
_PAGES = (400, 403, 404, 405, 409, 413, 429, 500, 503)


def register(app: Flask) -> None:
    """Turn every refusal and failure into its page."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(CSRFError, _outdated)
    app.register_error_handler(DomainError, _stopped)
    app.register_error_handler(DataError, _not_taken)
    app.register_error_handler(OverflowError, _not_taken)
    app.register_error_handler(OperationalError, _unreachable)
    app.register_error_handler(PoolExhausted, _unreachable)


def _refused(error: HTTPException) -> ResponseReturnValue:
    """A status with a page of its own gets it; others keep their status and get the nearest page's words."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    if error.code == 404 and (straight := _without_slash()):
        return redirect(straight, code=301)
    page = error.code if error.code in _PAGES else 400 if error.code < 500 else 500
    headers = [(name, value) for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")]
    return render_template(f"errors/{page}.html", calm=page < 500), error.code, headers


def _without_slash() -> str | None:
    """The address without the slash at its end, when there is a page at that; what it asks for comes along."""
    path = request.path.rstrip("/")
    # What begins with two slashes would lead to another site.
    if request.method not in ("GET", "HEAD") or path == request.path or not path or path.startswith(("//", "/\\")):
        return None
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except HTTPException:
        return None
    asked = request.query_string.decode("ascii", "replace")
    return quote(request.script_root + path, safe="/:@!$&'()*+,;=~") + (f"?{asked}" if asked else "")


def _outdated(_error: CSRFError) -> ResponseReturnValue:
    """The form was open for too long, in another browser session, or came from another site."""
    return render_template("errors/outdated.html", calm=True), 400


def _stopped(error: DomainError) -> ResponseReturnValue:
    """A fact stands in the way: 409 unless the fact has another `status`.

    Its message is for whoever runs the site; an interface that can say more to its visitor catches the fact before.
    """
    log.warning("a request was stopped: %s", in_words(error))
    return render_template("errors/409.html", calm=True), int(getattr(error, "status", 409))


def _not_taken(error: Exception) -> ResponseReturnValue:
    """The address or the form holds what no row can hold, such as a NUL or a number of twenty digits.

    PostgreSQL says so itself; SQLite takes a NUL, and its driver alone stumbles over the number.
    """
    log.warning("the database does not take what was sent: %s", in_words(error))
    db.session.rollback()
    page = 404 if request.method in ("GET", "HEAD") else 400
    return render_template(f"errors/{page}.html"), page


def _unreachable(error: Exception) -> ResponseReturnValue:
    """The database does not answer, or all its connections are taken: 503, and soon again."""
    log.error("the database could not be used: %s", in_words(error))
    return render_template("errors/503.html"), 503, {"Retry-After": "10"}
