"""A site as browsers meet it: `flask serve` in a process of its own, and streams read from it over HTTP.

Starting a server takes seconds, so the tests of a module share one, and each has an appeal of its own.
"""

import http.client
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from app import clock, create_app
from app.appeals import income
from app.appeals.appeal import Appeal
from app.database import db, writing
from app.ledger import posting
from app.money import Money
from tests import postgresql
from tests.cast import an_appeal
from tests.conftest import make_settings

ROOT = Path(__file__).parents[2]
# Seconds until a test gives up; what it waits for takes a fraction of one.
PATIENCE = 30


@dataclass
class Event:
    """One server-sent event."""

    id: str
    html: str


class Stream:
    """A browser's stream."""

    def __init__(self, port: int, slug: str, last_event_id: str | None = None) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self._connection.request(
            "GET", f"/live/appeals/{slug}", headers={"Last-Event-ID": last_event_id} if last_event_id else {}
        )
        self.response = self._connection.getresponse()

    def blocks(self) -> Iterator[list[str]]:
        """What comes between empty lines, until the stream ends."""
        lines: list[str] = []
        while line := self.response.readline().decode():
            if line == "\n":
                yield lines
                lines = []
            else:
                lines.append(line.rstrip("\n"))
        assert not lines, "the stream ended in the middle of an event"

    def next(self) -> Event:
        """The next event; comments and the time to wait are passed over."""
        for lines in self.blocks():
            fields = [line.split(": ", 1) for line in lines if not line.startswith(":")]
            if any(name == "id" for name, _ in fields):
                html = "\n".join(value for name, value in fields if name == "data")
                return Event(next(value for name, value in fields if name == "id"), html)
        raise AssertionError("the stream ended")

    def until(self, text: str) -> Event:
        """The first event with this text in it."""
        while text not in (event := self.next()).html:
            pass
        return event

    def close(self) -> None:
        self.response.close()
        self._connection.close()


@dataclass
class Site:
    """A running web server."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def ask(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        """One request on a connection of its own: status, headers, body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request(
                method, path, body=body, headers=headers or {}, encode_chunked=not isinstance(body, bytes)
            )
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def stop(self) -> None:
        """Tell it to stop, as a service manager does, and wait until it has."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE)


@contextmanager
def serving(database_url: str, data_dir: Path) -> Iterator[Site]:
    """`flask serve`, ready to be asked."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    environ = {
        **os.environ,
        "PRACTICE": "1",
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url,
        "BIND": f"127.0.0.1:{port}",
        "STRIPE_WEBHOOK_SECRET": "whsec_for_tests",
    }
    log = data_dir / "serve.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "serve"], cwd=ROOT, env=environ, stdout=file, stderr=file
        )
    site = Site(port, process, log)
    try:
        _until_well(site)
        yield site
    finally:
        process.kill() if process.poll() is None else None
        process.wait(PATIENCE)


def _until_well(site: Site) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            if site.ask("GET", "/healthz")[0] == 200:
                return
        except OSError:
            pass
        assert site.process.poll() is None, site.log.read_text()
        assert time.monotonic() < deadline, site.log.read_text()
        time.sleep(0.05)


@dataclass
class Installation:
    """A site that is served, and `app`: another process's application over the same database."""

    app: Flask
    site: Site

    def open_appeal(self) -> str:
        """Open an appeal that nobody has given to; its slug."""
        slug = f"appeal-{secrets.token_hex(4)}"
        with self.app.app_context():
            an_appeal(slug)
        return slug

    def give(self, slug: str, minor: int) -> None:
        """Book a gift, committed by this process, which is another than the server's."""
        with self.app.app_context():
            give(minor, slug)


@contextmanager
def run_whipround(engine_name: str, template: str, folder: Path) -> Iterator[Installation]:
    """Whipround on a copy of the migrated `template`."""
    if engine_name == "sqlite":
        path = folder / "whipround.sqlite3"
        shutil.copyfile(make_url(template).database or "", path)
        url = f"sqlite:///{path}"
    else:
        url = postgresql.create("whipround_" + secrets.token_hex(6), template=template)
    app = create_app(make_settings(folder, url))
    try:
        with serving(url, folder) as site:
            yield Installation(app, site)
    finally:
        with app.app_context():
            db.engine.dispose()
        if engine_name == "postgresql":
            postgresql.drop(url)


def give(minor: int, slug: str) -> None:
    """Book a gift to an appeal, in the present application's context."""
    with writing():
        appeal = db.session.scalars(select(Appeal).where(Appeal.slug == slug)).one()
        posting.post(
            f"test:{secrets.token_hex(6)}",
            [posting.Line(income.account_of(appeal), "assets:stripe", Money(minor, "gbp"))],
            kind="gift",
            subject="donation:d",
            memo="card gift received",
            occurred_at=clock.now(),
            recorded_by="test",
        )
