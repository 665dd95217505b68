"""By what a browser is known again after its session ended: a signed cookie, which lets nobody in.

It holds a random number for the browser, and for the last sessions whose they were, by a digest of the session's CSRF
token. So a form that is sent too late still says who typed it: it carries that token.
"""

import hashlib
import secrets
from typing import Any

from flask import Flask, Response, current_app, g, request, session
from flask_login import user_logged_in
from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

_COOKIE = "office_browser"
# In seconds. Long enough for a treasurer who comes by once a quarter: whoever signed in here before has tries of
# their own (app/office/sign_in/limits.py).
_LASTS = 100 * 24 * 3600
_SESSIONS = 6


def watch(app: Flask) -> None:
    """Whoever signs in gets a CSRF token of their own, also where somebody else used this browser before."""
    user_logged_in.connect(_new_token, app)


def name() -> str | None:
    """What this browser is known by, if it is."""
    known = _known()
    return str(known["browser"]) if known else None


def was_used_by(person: str) -> str | None:
    """What this browser is known by, if the person with this reference was signed in here among the last."""
    known = _known()
    return str(known["browser"]) if known and person in dict(known["sessions"]).values() else None


def typed_by() -> str | None:
    """The reference of the person for whom the form was shown that this request sends; `None` when it is not ours."""
    known, signed = _known(), request.form.get("csrf_token", "")
    if not known:
        return None
    try:
        token = URLSafeTimedSerializer(current_app.secret_key or "", salt="wtf-csrf-token").loads(signed)
    except BadData:
        return None
    return dict(known["sessions"]).get(_digest(str(token)))


def remember(response: Response) -> Response:
    """Let the cookie say whose the present session is: of whom the guard has let in."""
    token, person = session.get("csrf_token"), g.get("let_in")
    if not token or not person:
        return response
    known = _known() or {"browser": secrets.token_hex(16), "sessions": []}
    now = [_digest(token), person]
    sessions = [list(each) for each in known["sessions"]]
    if now in sessions:
        return response
    value = _serializer().dumps({"browser": known["browser"], "sessions": [*sessions, now][-_SESSIONS:]})
    response.set_cookie(
        _COOKIE,
        value,
        max_age=_LASTS,
        path="/office",
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )
    return response


def _known() -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = _serializer().loads(request.cookies.get(_COOKIE, ""))
    except BadData:
        return None
    return found


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="office browser")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()[:16]


def _new_token(_app: Flask, user: Any, **_values: object) -> None:
    known, token = _known(), session.get("csrf_token")
    if known and token and dict(known["sessions"]).get(_digest(token), user.reference) != user.reference:
        session.pop("csrf_token")
