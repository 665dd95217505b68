"""People of the office for the tests: signed in directly, without the time that signing in takes."""

import secrets
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from app import clock
from app.database import db, writing
from app.office import access
from app.staff import sessions
from app.staff.people import Person, PersonRole


class Browser(FlaskClient):
    """A browser whose every request stands alone, as outside of tests.

    The application's context that a test stands in would be each request's own otherwise, and what Flask keeps there
    (who is signed in, the CSRF token) would be the next request's too. Afterwards the test sees what is true now.
    """

    def open(self, *args: Any, **values: Any) -> Any:
        with self.application.app_context():
            answer = super().open(*args, **values)
        db.session.rollback()
        db.session.expire_all()
        return answer


def a_browser(app: Flask) -> Browser:
    """A browser without cookies."""
    return Browser(app, app.response_class, use_cookies=True)


def a_person(*roles: str, branch_id: int | None = None, **changes: object) -> Person:
    """Somebody of the office, committed; without a password of their own."""
    values = {"email": f"{secrets.token_hex(4)}@lantern.example", "name": "Nasreen Akhtar", "added_at": clock.now()}
    person = Person(**{**values, "branch_id": branch_id, **changes})
    person.roles = [PersonRole(name=role) for role in roles]
    with writing():
        db.session.add(person)
    return person


def sign_in(app: Flask, person: Person) -> FlaskClient:
    """A browser in which a person has just signed in, with their second factor; its forms carry the CSRF token."""
    client = a_browser(app)
    token = secrets.token_hex(20)
    with writing():
        secret = sessions.begin(person.id, browser="Firefox", system="Linux", network="127.0.0.1")
    with client.session_transaction() as session:
        session[access.SECRET] = secret
        session.update(_user_id=person.fs_uniquifier, _fresh=True, fs_cc="set", fs_paa=time.time(), csrf_token=token)
    signed = URLSafeTimedSerializer(app.secret_key, salt="wtf-csrf-token").dumps(token)
    client.environ_base["HTTP_X_CSRFTOKEN"] = signed
    return client


@pytest.fixture(autouse=True)
def _hashing_is_quick(request: pytest.FixtureRequest) -> None:
    """Argon2 takes its time on purpose; tests have none."""
    if "app" in request.fixturenames:
        security = request.getfixturevalue("app").extensions["security"]
        security.pwd_context.update(argon2__time_cost=1, argon2__memory_cost=64)


@pytest.fixture
def signed_in(app: Flask) -> Callable[..., FlaskClient]:
    """A browser of somebody with these roles: `signed_in("branch_treasurer", branch_id=1)`."""

    def of(*roles: str, branch_id: int | None = None) -> FlaskClient:
        return sign_in(app, a_person(*roles, branch_id=branch_id))

    return of
