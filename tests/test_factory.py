"""The composition: it stands with the settings it is given, and says all that is wrong with them."""

import re

import pytest
from flask import request
from werkzeug.routing import Map, Rule

from app import create_app
from app.config import SettingsError
from app.database import db
from app.factory import THREADS, LateRule
from app.payments.gateway import StripeGateway
from app.services import services
from app.web.fields import csrf
from tests.conftest import make_settings


@pytest.fixture
def compose(tmp_path):
    """Composes applications with other settings, and puts away their databases."""
    made = []

    def composed(url="", gateway=None, **changes):
        made.append(
            create_app(make_settings(tmp_path, url or f"sqlite:///{tmp_path / 'x.sqlite3'}", **changes), gateway)
        )
        return made[-1]

    yield composed
    for each in made:
        with each.app_context():
            db.engine.dispose()


def where(application, environ):
    """What the application takes the visitor's address and its own for."""

    @application.get("/where")
    def tell():
        return f"{request.remote_addr} {request.url_root}"

    return application.test_client().get("/where", environ_overrides=environ).text


FORWARDED = {
    "REMOTE_ADDR": "10.0.0.1",
    "HTTP_X_FORWARDED_FOR": "192.0.2.7, 198.51.100.9",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "give.lantern.example",
}


def test_wrong_settings_stop_it_with_every_reason(monkeypatch, tmp_path):
    for name in ("PRACTICE", "SECRET_KEY", "STRIPE_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    with pytest.raises(SettingsError, match=r"SECRET_KEY is missing(.|\n)*MAIL_FROM is missing"):
        create_app()


def test_the_environment_is_enough(monkeypatch, tmp_path):
    monkeypatch.setenv("PRACTICE", "1")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    assert services(create_app()).settings.practice


def test_nobody_is_believed_about_addresses_unless_it_stands_behind_proxies(compose):
    assert where(compose(), FORWARDED) == "10.0.0.1 http://localhost/"


def test_as_many_proxies_are_believed_as_there_are(compose):
    assert where(compose(trusted_proxies=1), FORWARDED) == "198.51.100.9 https://give.lantern.example/"


def test_cookies_insist_on_https_where_the_site_has_it(compose):
    assert compose(base_url="https://give.lantern.example").config["SESSION_COOKIE_SECURE"]
    assert not compose().config["SESSION_COOKIE_SECURE"]


def test_the_session_cookie_belongs_to_this_host_alone_where_the_site_has_https(compose):
    app = compose(base_url="https://give.lantern.example")
    cookie = app.test_client().get("/office/sign-in", base_url="https://give.lantern.example").headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert "Path=/;" in cookie.replace(" ", "") + ";"
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_a_gateway_of_ones_own_is_used(compose):
    gateway = StripeGateway("sk_test_x", "http://127.0.0.1:9")
    assert services(compose(gateway=gateway)).gateway is gateway
    assert isinstance(services(compose()).gateway, StripeGateway)


@pytest.mark.parametrize("url", ["", "postgresql+psycopg://nobody@127.0.0.1:9/x"])
def test_every_thread_may_have_a_connection_and_no_error_quotes_what_was_written(compose, url):
    options = compose(url).config["SQLALCHEMY_ENGINE_OPTIONS"]
    assert options["pool_size"] >= THREADS
    assert options["hide_parameters"]


def test_a_body_that_is_too_large_is_refused_unread(compose):
    application = compose()

    @application.post("/read")
    @csrf.exempt
    def read():
        return str(len(request.get_data()))

    client = application.test_client()
    assert client.post("/read", data=b"x" * 60_000).text == "60000"
    assert client.post("/read", data=b"x" * 70_000).status_code == 413


def sample(rule, name):
    """Something that an argument of a route may be: a number, one of the words it is limited to, or any text."""
    (kind,) = re.findall(rf"<(?:([^<>]*):)?{name}>", rule) or [""]
    if kind.startswith("any("):
        return kind.removeprefix("any(").split(",")[0].strip(" )")
    return 7 if kind.startswith("int") else "a ü/b"


def test_every_address_is_built_as_werkzeug_builds_it(compose):
    routes = list(compose().url_map.iter_rules())
    # Each its own name, because a name may stand for several routes.
    plain = Map([Rule(each.rule, endpoint=str(n), defaults=each.defaults) for n, each in enumerate(routes)])
    late = Map([LateRule(each.rule, endpoint=str(n), defaults=each.defaults) for n, each in enumerate(routes)])
    for number, route in enumerate(routes):
        samples = {name: sample(route.rule, name) for name in route.arguments}
        for unknown in ({}, {"from": "2026-11-28", "word": "é&"}):
            values = {**samples, **(route.defaults or {}), **unknown}
            expected = plain.bind("lantern.example").build(str(number), values)
            # The second time it knows how.
            assert [late.bind("lantern.example").build(str(number), values) for _again in range(2)] == [expected] * 2
