"""What every test may use: an application on a migrated database of its own, on SQLite and on PostgreSQL.

A template is migrated once a run, then copied for each test: as a file on SQLite, by CREATE DATABASE … TEMPLATE on
PostgreSQL. Nothing is shared between tests, so concurrency, kills and triggers can be tested like anything else.
"""

import gc
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from app import create_app
from app.config import Organisation, Settings
from app.database import db, refuse_stray_writes
from tests import postgresql
from tests.stripe_parameters import checked_client

SECRET = "whsec_for_tests"


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over all that was imported, or it would look through it again in every test."""
    gc.collect()
    gc.freeze()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that uses `app` through `database` runs on SQLite; marked `both_databases`, on PostgreSQL as well."""
    if "engine_name" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("both_databases")
        metafunc.parametrize("engine_name", ["sqlite", "postgresql"] if both else ["sqlite"], scope="session")


def make_settings(data_dir: Path, database_url: str, **changes: object) -> Settings:
    """Settings as an operator would have them, on a database of the test's own."""
    values: dict[str, object] = {
        "data_dir": data_dir,
        "database_url": database_url,
        "secret_key": "0123456789abcdef0123456789abcdef",
        "base_url": "http://localhost",
        "organisation": Organisation(
            "The Lantern",
            "4 Mill Lane, Ambleford AM1 2QX",
            "Registered society 123",
            email="office@lantern.example",
            phone="01632 960 123",
            privacy_text="We keep *little*.",
        ),
        "stripe_secret_key": "sk_test_for_tests",
        "stripe_webhook_secrets": (SECRET,),
        "mail_from": "The Lantern <receipts@lantern.example>",
        "stripe_api_base": "http://127.0.0.1:9",
        "practice": True,
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def template(engine_name: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a migrated, empty database."""
    folder = tmp_path_factory.mktemp("template")
    if engine_name == "sqlite":
        url = f"sqlite:///{folder / 'template.sqlite3'}"
    else:
        postgresql.spare_the_disk()
        url = postgresql.create("template_" + secrets.token_hex(4))
    migrated = create_app(make_settings(folder, url))
    with migrated.app_context():
        upgrade()
        if engine_name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
        db.engine.dispose()
    return url


@pytest.fixture
def database_url(engine_name: str, template: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a copy of the template that is this test's own."""
    if engine_name == "sqlite":
        path = tmp_path / "whipround.sqlite3"
        shutil.copyfile(make_url(template).database or "", path)
        yield f"sqlite:///{path}"
        return
    url = postgresql.create("test_" + secrets.token_hex(6), template=template)
    yield url
    postgresql.drop(url)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """This test's settings; a test that wants others overrides this fixture."""
    return make_settings(tmp_path, database_url)


@pytest.fixture(autouse=True)
def _requests_to_stripe_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a test lets the gateway ask of Stripe must fit the installed library's own parameter types."""
    monkeypatch.setattr("app.payments.gateway.StripeClient", checked_client)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The whole application, inside an application context."""
    application = create_app(settings)
    application.config["TESTING"] = True
    with application.app_context():
        refuse_stray_writes(db.engine)
        yield application
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A visitor without a browser."""
    return app.test_client()
