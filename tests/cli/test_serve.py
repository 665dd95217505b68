"""`flask serve`: what it refuses, in words, before anything is served; and what the server is told."""

import resource
import signal
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from app import create_app
from app.cli import serve as command
from app.config import Settings
from app.database import db, writing
from app.ledger import beginning
from tests.live.site import serving


def serve(app: Flask) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["serve"])
    return result.exit_code, result.output


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Whatever is said to the server, it does not run inside the tests."""
    said: list[tuple[str, int]] = []

    def run(self: command.Server) -> None:
        said.append((self.cfg.bind[0] if isinstance(self.cfg.bind, list) else self.cfg.bind, self.cfg.workers))

    monkeypatch.setattr(command.Server, "run", run)
    return said


def test_a_schema_that_is_not_up_to_date_is_not_served(app: Flask) -> None:
    with writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    code, said = serve(app)
    assert code == 1
    assert "flask db upgrade" in said


def test_practice_books_do_not_go_on_with_a_live_key(app: Flask, settings: Settings) -> None:
    with writing():
        beginning.begin(live=False)
    db.session.remove()
    live = create_app(replace(settings, practice=False, stripe_secret_key="sk_live_"))
    with live.app_context():
        code, said = serve(live)
        db.engine.dispose()
    assert code == 1
    assert "cannot go on with a live Stripe key" in said


def test_a_port_that_is_taken_is_said_in_words(app: Flask, settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        bind = f"127.0.0.1:{other.getsockname()[1]}"
        there = create_app(replace(settings, bind=bind))
        with there.app_context():
            code, said = serve(there)
            db.engine.dispose()
    assert code == 1
    assert f"Cannot listen on {bind}: the port is taken." in said


@pytest.mark.parametrize("bind", ["127.0.0.1:70000", "nowhere.invalid:8000", "192.0.2.1:8000"])
def test_an_address_that_is_not_ours_is_said_in_words(bind: str) -> None:
    with pytest.raises(command.click.ClickException, match="Cannot listen on"):
        command.refuse_if_taken(bind)


def test_it_begins_the_books_and_serves_on_the_address_with_the_processes_asked_for(
    app: Flask, settings: Settings, told: list[tuple[str, int]]
) -> None:
    there = create_app(replace(settings, bind="127.0.0.1:0", web_concurrency=3))
    with there.app_context():
        code, said = serve(there)
        assert beginning.begun()
        db.session.remove()
        db.engine.dispose()
    assert (code, said) == (0, "")
    assert told == [("127.0.0.1:0", 3)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert soft == hard


def test_the_server_keeps_no_record_of_who_asked_for_what() -> None:
    server = command.Server("127.0.0.1:0", 1)
    assert server.cfg.accesslog is None
    assert server.cfg.control_socket_disable
    assert server.cfg.forwarded_allow_ips == []


def test_a_served_site_stops_when_told_and_says_nothing_of_its_visitors(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    db.session.remove()
    with serving(database_url, tmp_path) as site:
        assert site.ask("GET", "/donations/0123456789abcdef?from=mail")[0] == 404
        site.process.send_signal(signal.SIGINT)
        assert site.process.wait(30) == 0
        said = site.log.read_text()
    assert "0123456789abcdef" not in said
    assert "127.0.0.1" not in said.replace(f"127.0.0.1:{site.port}", "")
