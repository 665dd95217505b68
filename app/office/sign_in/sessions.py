"""Sessions of the office begin at a sign-in and end at a sign-out; the guard checks them at every request."""

from typing import Any

from flask import Flask, request, session
from flask_login import user_logged_out

from app import limits
from app.database import is_writing, writing
from app.office.access import SECRET
from app.staff import sessions
from app.staff.people import Person

# What browsers call themselves in a User-Agent header; the first that is found counts, for many name others as well.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def watch(app: Flask) -> None:
    """End the session of whoever signs out, so that a copy of its cookie ends as well."""
    user_logged_out.connect(_signed_out, app)


def begin(person: Person) -> None:
    """This person has signed in, with all factors. The caller commits."""
    sessions.end_by(session.get(SECRET))
    agent = request.headers.get("User-Agent", "")
    session[SECRET] = sessions.begin(
        person.id,
        browser=next((name for mark, name in _BROWSERS.items() if mark in agent), None),
        system=next((name for mark, name in _SYSTEMS.items() if mark in agent), None),
        network=limits.network_of(request.remote_addr or "")[:64],
    )


def _signed_out(_app: Flask, **_values: Any) -> None:
    known = session.pop(SECRET, None)
    if is_writing():
        sessions.end_by(known)
    else:
        with writing():
            sessions.end_by(known)
