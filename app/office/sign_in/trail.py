"""What happens at signing in goes on the audit trail: who came in, who did not, and changed proofs."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from flask import Flask, Response, g, request, session
from flask_login import current_user
from flask_security import signals

from app.audit import trail
from app.database import is_writing, writing
from app.office.access import SECRET
from app.office.sign_in import sessions
from app.staff import people
from app.staff.people import Person
from app.subject import Subject

# What Flask-Security tells, and what the trail calls it.
_CHANGES = {
    signals.password_changed: "person.password_changed",
    signals.password_reset: "person.password_reset",
    signals.reset_password_instructions_sent: "person.link_asked",
    signals.tf_profile_changed: "person.second_factor_changed",
    signals.tf_disabled: "person.second_factor_removed",
    signals.wan_registered: "person.passkey_added",
    signals.wan_deleted: "person.passkey_removed",
}

# Who changes one of these must sign in again everywhere else.
_ENDS_SESSIONS = {
    signals.password_changed,
    signals.password_reset,
    signals.tf_profile_changed,
    signals.tf_disabled,
    signals.wan_registered,
    signals.wan_deleted,
}


def set_up(app: Flask) -> None:
    """Listen to Flask-Security."""
    for signal, action in _CHANGES.items():
        signal.connect(_change(action, signal in _ENDS_SESSIONS), app, weak=False)
    signals.user_authenticated.connect(_came_in, app)
    signals.user_failed_authn.connect(_was_refused, app)


def _change(action: str, ends_sessions: bool) -> Callable[..., None]:
    def changed(_app: Flask, *, user: Person, name: str | None = None, **_values: Any) -> None:
        person = _person(user)
        g.link_is_noted = True
        if ends_sessions:
            people.end(person, but=session.get(SECRET))
            # But not the one in which it was done.
            session["_user_id"] = person.fs_uniquifier
        _write(action, Subject("person", person.reference), {"name": name} if name else None)

    return changed


def _came_in(_app: Flask, *, user: Person, authn_via: list[str] | None = None, **_values: Any) -> None:
    person = _person(user)
    trail.begin(trail.Actor(Subject("person", person.reference), request.remote_addr))
    if authn_via != ["change"]:
        with _unit():
            sessions.begin(person)
            trail.record("person.signed_in", Subject("person", person.reference), after={"page": request.endpoint})


def _was_refused(_app: Flask, *, user: Person, **_values: Any) -> None:
    g.refusal_is_noted = True
    _write("person.sign_in_failed", Subject("person", _person(user).reference), {"page": request.endpoint})


def note_strangers(response: Response) -> Response:
    """What Flask-Security does not tell: tries of whom nobody knows, and recovery codes that were made."""
    if request.method != "POST" or g.get("refusal_is_noted"):
        return response
    typed = request.form.get("email", "")[:254]
    # Some people type their password where the address belongs.
    email = {"email": typed} if "@" in typed else None
    stayed = response.status_code == 200
    unknown_passkey = request.endpoint == "security.wan_signin_response" and not current_user.is_authenticated
    if unknown_passkey or (request.endpoint == "security.mf_recovery" and stayed):
        _write("person.sign_in_failed", Subject("person", "unknown"), {"page": request.endpoint})
    elif request.endpoint == "security.login" and stayed:
        _write("person.sign_in_failed", Subject("person", "unknown"), email)
    elif request.endpoint == "security.forgot_password" and stayed and not g.get("link_is_noted"):
        _write("person.link_asked", Subject("person", "unknown"), email)
    elif request.endpoint == "security.mf_recovery_codes" and stayed:
        _write("person.recovery_codes_made", Subject.parse(trail.at_work().by))
    return response


def _person(user: Any) -> Person:
    """The person themselves, where Flask-Login gives a proxy."""
    person: Person = user._get_current_object() if hasattr(user, "_get_current_object") else user
    return person


def _write(action: str, subject: Subject, after: dict[str, Any] | None = None) -> None:
    with _unit():
        trail.record(action, subject, after=after)


def _unit() -> AbstractContextManager[object]:
    """The writing unit around this view, or one of its own where there is none."""
    return nullcontext() if is_writing() else writing()
