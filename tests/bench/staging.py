"""The stage: a migrated database for each bench, and the environment in which an operator would run Whipround."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy.engine import make_url

from app import create_app
from app.config import read
from app.database import db
from tests import postgresql

SECRET = "whsec_for_the_bench"


@dataclass(frozen=True)
class Stage:
    """A database of a bench's own: its URL, the folder it lives in, and the settings as environment variables."""

    database: str
    url: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.url, self.folder)

    @contextmanager
    def app(self) -> Iterator[Flask]:
        """Whipround on this stage, in this process and its context."""
        application = create_app(read(self.environment))
        with application.app_context():
            yield application
            db.session.remove()
            db.engine.dispose()


def environment(url: str, folder: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", str(folder)),
        "DATABASE_URL": url,
        "DATA_DIR": str(folder),
        "SECRET_KEY": "0123456789abcdef" * 4,
        "BASE_URL": "http://127.0.0.1",
        "ORGANISATION_NAME": "The Lantern",
        "ORGANISATION_ADDRESS": "4 Mill Lane, Ambleford AM1 2QX",
        "STRIPE_SECRET_KEY": "sk_test_for_the_bench",
        "STRIPE_WEBHOOK_SECRET": SECRET,
        "STRIPE_API_BASE": "http://127.0.0.1:9",
        "MAIL_FROM": "The Lantern <receipts@lantern.example>",
        "CONTACT_EMAIL": "office@lantern.example",
        "CONTACT_PHONE": "none",
        "PRIVACY_NOTICE": "https://lantern.example/privacy",
    }


@cache
def _template(database: str, folder: Path) -> str:
    """The URL of a migrated, empty database; one a run."""
    own = folder / f"template-{database}"
    own.mkdir()
    if database == "sqlite":
        url = f"sqlite:///{own / 'template.sqlite3'}"
    else:
        url = postgresql.create("bench_template_" + secrets.token_hex(4))
    with Stage(database, url, own).app():
        upgrade()
        if database == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").close()
    return url


@contextmanager
def staged(database: str, folder: Path) -> Iterator[Stage]:
    """A fresh copy of the migrated database, taken down again afterwards."""
    template = _template(database, folder)
    name = "bench_" + secrets.token_hex(6)
    own = folder / name
    own.mkdir()
    if database == "sqlite":
        path = own / "whipround.sqlite3"
        shutil.copyfile(make_url(template).database or "", path)
        yield Stage(database, f"sqlite:///{path}", own)
    else:
        url = postgresql.create(name, template=template)
        yield Stage(database, url, own)
        postgresql.drop(url)
    shutil.rmtree(own, ignore_errors=True)
