"""The web server as a whole: one real process, from the port to the books."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import stripe
from flask import Flask
from sqlalchemy import text

from app import clock
from app.extensions import db
from app.factory import THREADS
from app.writing import writing
from tests.cast import an_appeal
from tests.conftest import SECRET
from tests.live.site import PATIENCE, SLUG, Site, serving


@pytest.fixture
def site(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Site]:
    an_appeal(SLUG)
    with serving(database_url, tmp_path) as served:
        yield served


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
def test_pages_static_files_and_health_come_from_one_port(site: Site) -> None:
    status, headers, page = site.ask("GET", f"/appeals/{SLUG}")
    assert status == 200
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert b"data-live" in page
    assert site.ask("GET", "/static/js/live.js")[0] == 200
    assert site.ask("GET", "/nothing/here")[0] == 404
    assert site.ask("GET", "/healthz")[0] == 200
    assert site.ask("HEAD", "/healthz")[0] == 200
    assert site.ask("POST", "/healthz", body=b"")[0] == 405


@pytest.mark.both_databases
def test_a_process_whose_schema_is_not_current_is_not_well(app: Flask, site: Site) -> None:
    with writing():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    deadline = time.monotonic() + PATIENCE
    # An answer stands for a second.
    while site.ask("GET", "/healthz")[0] == 200:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    status, _, body = site.ask("GET", "/healthz")
    assert (status, body) == (503, b"not well\n")


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


def test_flask_keeps_smaller_limits_of_its_own(site: Site) -> None:
    assert site.ask("POST", "/webhooks/stripe", body=b"x" * 600_000)[0] == 413
    assert site.ask("POST", "/webhooks/stripe", body=b"x" * 500_000)[0] == 400


def test_readers_who_leave_do_not_take_the_threads_with_them(site: Site) -> None:
    for _ in range(THREADS + 4):
        with socket.create_connection(("127.0.0.1", site.port), timeout=PATIENCE) as caller:
            caller.sendall(f"GET /appeals/{SLUG} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert site.ask("GET", f"/appeals/{SLUG}")[0] == 200


def test_whom_a_caller_claims_to_be_counts_only_behind_a_trusted_proxy(site: Site) -> None:
    """Without TRUSTED_PROXIES a forwarded scheme or host changes nothing that a page says."""
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4"}
    claimed = site.ask("GET", f"/appeals/{SLUG}", headers=claims)[2]
    assert b"evil.example" not in claimed
