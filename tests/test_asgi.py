"""The web server as a whole: one real process, from the port to the books."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import stripe
from flask import Flask
from sqlalchemy import text

from app import asgi, clock, create_app
from app.database import db, writing
from app.factory import THREADS
from app.live.conversation import Message
from app.public import appeals
from tests.conftest import SECRET, make_settings
from tests.live.site import PATIENCE, Installation, Site, run_whipround


@pytest.fixture(scope="module")
def whipround(engine_name: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder: Path = tmp_path_factory.mktemp("whipround")
    with run_whipround(engine_name, template, folder) as opened:
        yield opened


@pytest.fixture
def site(whipround: Installation) -> Site:
    return whipround.site


@pytest.fixture
def slug(whipround: Installation) -> str:
    return whipround.open_appeal()


def a_delivery() -> tuple[bytes, dict[str, str]]:
    """An event that means nothing to us, signed as Stripe signs."""
    event = {
        "id": "evt_1",
        "object": "event",
        "type": "person.created",
        "livemode": False,
        "created": int(clock.now().timestamp()),
        "api_version": stripe.api_version,
        "data": {"object": {"id": "person_1", "object": "person"}},
    }
    body = json.dumps(event)
    moment = event["created"]
    signature = stripe.WebhookSignature._compute_signature(f"{moment}.{body}", SECRET)
    return body.encode(), {"Stripe-Signature": f"t={moment},v1={signature}", "Content-Type": "application/json"}


@pytest.mark.both_databases
def test_pages_static_files_and_health_come_from_one_port(site: Site, slug: str) -> None:
    status, headers, page = site.ask("GET", f"/appeals/{slug}")
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert b"data-live" in page
    assert site.ask("GET", "/static/js/live.js")[0] == 200
    assert site.ask("GET", "/nothing/here")[0] == 404
    assert site.ask("GET", "/healthz")[0] == 200
    assert site.ask("HEAD", "/healthz")[0] == 200
    assert site.ask("POST", "/healthz", body=b"")[0] == 405


@pytest.mark.both_databases
def test_a_process_is_not_well_while_its_schema_is_not_current(whipround: Installation) -> None:
    with a_schema_of_another_release(whipround.app):
        status, body = until_health_is_not(200, whipround.site)
        assert (status, body) == (503, b"not well\n")
    assert until_health_is_not(503, whipround.site) == (200, b"well\n")


@contextmanager
def a_schema_of_another_release(app: Flask) -> Iterator[None]:
    with app.app_context():
        current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    change = text("UPDATE alembic_version SET version_num = :version")
    with app.app_context(), writing():
        db.session.execute(change, {"version": "older"})
    yield
    with app.app_context(), writing():
        db.session.execute(change, {"version": current})


def until_health_is_not(status: int, site: Site) -> tuple[int, bytes]:
    deadline = time.monotonic() + PATIENCE
    # An answer stands for a second.
    while (answer := site.ask("GET", "/healthz"))[0] == status:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer[0], answer[2]


@pytest.mark.parametrize(
    ("method", "path", "length", "status"),
    [
        ("GET", "/healthz", "0", 200),
        ("POST", "/healthz", "0", 405),
        ("GET", "/live/nothing", "0", 404),
        ("POST", "/live/appeals/press-fund", "0", 405),
        ("GET", "/live/appeals/nothing", "0", 404),
        ("POST", "/webhooks/stripe", "9000000", 413),
        ("GET", "/nowhere", "0", 404),
    ],
)
def test_a_public_site_insists_on_https_in_every_answer(
    tmp_path: Path, database_url: str, method: str, path: str, length: str, status: int
) -> None:
    app = create_app(make_settings(tmp_path, database_url, base_url="https://lantern.example"))
    scope = {
        "type": "http", "method": method, "path": path, "query_string": b"", "http_version": "1.1",
        "scheme": "http", "client": ("203.0.113.9", 50_000), "server": ("lantern.example", 80),
        "headers": [(b"host", b"lantern.example"), (b"content-length", length.encode())],
    }  # fmt: skip
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        answers.append(message)

    async def scenario() -> None:
        await asgi.build(app, appeals.render)(scope, receive, send)

    asyncio.run(scenario())
    assert answers[0]["status"] == status
    said = [value for name, value in answers[0]["headers"] if name.lower() == b"strict-transport-security"]
    assert said == [b"max-age=31536000; includeSubDomains"]
    with app.app_context():
        db.engine.dispose()


def test_a_delivery_is_taken_in_whole_with_and_without_a_length(site: Site) -> None:
    body, headers = a_delivery()
    assert site.ask("POST", "/webhooks/stripe", body=body, headers=headers)[0] == 200
    pieces = iter([body[:50], body[50:]])
    status, _, said = site.ask(
        "POST", "/webhooks/stripe", body=pieces, headers={**headers, "Transfer-Encoding": "chunked"}
    )
    assert (status, said) == (200, b"")


def test_a_body_of_more_than_a_megabyte_is_refused_and_its_connection_closed(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as caller:
        caller.sendall(b"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
        assert caller.makefile("rb").read().startswith(b"HTTP/1.1 413 ")
    with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as caller:
        caller.sendall(b"POST /webhooks/stripe HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(17):
            caller.sendall(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        assert caller.makefile("rb").read(13) == b"HTTP/1.1 413 "


def test_a_banks_file_may_be_larger_where_it_is_sent_to(site: Site) -> None:
    # It is taken in whole; then Flask, to which nobody has signed in, has a word of its own.
    status, _, said = site.ask("POST", asgi.BANK_FILES, body=b"x" * 2_500_000)
    assert 300 <= status < 500
    assert said != b"That is more than can be taken."


def test_flask_keeps_smaller_limits_of_its_own(site: Site) -> None:
    assert site.ask("POST", "/webhooks/stripe", body=b"x" * 600_000)[0] == 413
    assert site.ask("POST", "/webhooks/stripe", body=b"x" * 500_000)[0] == 400


def test_readers_who_leave_do_not_take_the_threads_with_them(site: Site, slug: str) -> None:
    for _ in range(THREADS + 4):
        with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as caller:
            caller.sendall(f"GET /appeals/{slug} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert site.ask("GET", f"/appeals/{slug}")[0] == 200


def test_whom_a_caller_claims_to_be_counts_only_behind_a_trusted_proxy(site: Site, slug: str) -> None:
    """Without TRUSTED_PROXIES a forwarded scheme or host changes nothing that a page says."""
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4"}
    claimed = site.ask("GET", f"/appeals/{slug}", headers=claims)[2]
    assert b"evil.example" not in claimed
