"""The calibrations: Flask behind the same server, intake and adapter; a hello, and a webhook in raw SQL.

The webhook checks the same signature and writes the same rows in the same order with the driver alone: no ORM, no
pool, no templates, no savepoint, one connection a thread, statements that never change.
"""

import datetime as dt
import fcntl
import hashlib
import json
import os
import secrets
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import psycopg
from a2wsgi import WSGIMiddleware
from flask import Flask, request
from sqlalchemy.engine import make_url
from stripe import WebhookSignature

from app.factory import THREADS
from app.live.intake import Intake

app = Flask(__name__)


class Adapter(WSGIMiddleware):
    """The adapter alone: the server, a2wsgi, Flask, and nothing between them."""

    def __init__(self) -> None:
        super().__init__(app, workers=THREADS)  # type: ignore[arg-type]

    def close_streams(self) -> None:
        """The server calls this when it stops."""


class Behind(Adapter):
    """The same behind Whipround's intake, as `flask serve` has it: bodies and answers are taken in whole."""

    def __init__(self) -> None:
        super().__init__()
        self._intake = Intake(super().__call__)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await (self._intake if scope["type"] == "http" else super().__call__)(scope, receive, send)


_url = make_url(os.environ["DATABASE_URL"])
_sqlite = _url.get_backend_name() == "sqlite"
_secret = os.environ["STRIPE_WEBHOOK_SECRET"]
_own = threading.local()

_KNOWN = """SELECT d.id, d.state, aa.account_id, s.id FROM donations d
  JOIN appeal_accounts aa ON aa.appeal_id = d.appeal_id JOIN accounts a ON a.id = aa.account_id AND a.currency = :1
  JOIN accounts s ON s.code = 'assets:stripe:' || a.currency WHERE d.reference = :2"""
_EVENT = """INSERT INTO stripe_events
  (event_id, type, api_version, created_at, received_at, body, body_sha256, state, attempts)
  VALUES (:1, :2, :3, :4, :5, :6, :7, 'applied', 0) ON CONFLICT (event_id) DO NOTHING RETURNING id"""
_RECEIVED = """UPDATE donations SET state = 'received', received_at = :1, charge_id = :2, amount_minor = :3
  WHERE id = :4"""
_RECEIPT = """INSERT INTO receipts (reference, donation_id, place, state, requested_at, attempts)
  VALUES (:1, :2, 1, 'due', :3, 0)"""
_ENTRY = """INSERT INTO entries
  (source, kind, subject, memo, lines, occurred_at, recorded_at, booked_on, recorded_by)
  VALUES (:1, 'gift', :2, 'card gift received', 1, :3, :4, :5, 'stripe')
  ON CONFLICT (source) DO NOTHING RETURNING id"""
_TRANSFER = """INSERT INTO transfers (entry_id, line, from_account_id, to_account_id, currency, amount_minor)
  VALUES (:1, 1, :2, :3, :4, :5)"""
_DAYS = """INSERT INTO daily_balances (account_id, booked_on, out_minor, in_minor)
  VALUES (:1, :2, :3, 0), (:4, :5, 0, :6) ON CONFLICT (account_id, booked_on) DO UPDATE SET
  out_minor = daily_balances.out_minor + excluded.out_minor, in_minor = daily_balances.in_minor + excluded.in_minor"""
_BALANCES = """INSERT INTO balances (account_id, out_minor, in_minor, gifts) VALUES (:1, :2, 0, 1), (:3, 0, :4, 0)
  ON CONFLICT (account_id) DO UPDATE SET out_minor = balances.out_minor + excluded.out_minor,
  in_minor = balances.in_minor + excluded.in_minor, gifts = balances.gifts + excluded.gifts"""


def _placed(statement: str) -> str:
    """The statement with the driver's own placeholders."""
    for number in range(9, 0, -1):
        statement = statement.replace(f":{number}", "?" if _sqlite else "%s")
    return statement


_STATEMENTS = [_placed(s) for s in (_EVENT, _KNOWN, _RECEIVED, _RECEIPT, _ENTRY, _TRANSFER, _DAYS, _BALANCES)]


@app.get("/hello")
def hello() -> str:
    return "Hello"


@app.post("/webhooks/stripe")
def stripe() -> tuple[str, int]:
    raw = request.get_data()
    WebhookSignature.verify_header(raw.decode(), request.headers["Stripe-Signature"], _secret, 300)
    _write(raw, json.loads(raw))
    return "", 200


def _write(raw: bytes, told: dict[str, Any]) -> None:
    if not hasattr(_own, "begin"):
        _own.begin, _own.run, _own.commit = _on_sqlite() if _sqlite else _on_postgresql()
    charge, now = told["data"]["object"], _instant(dt.datetime.now(dt.UTC))
    created = dt.datetime.fromtimestamp(charge["created"], dt.UTC)
    told_at = _instant(dt.datetime.fromtimestamp(told["created"], dt.UTC))
    when, day = _instant(created), str(created.date())
    reference, minor, currency = charge["metadata"]["donation"], charge["amount_captured"], charge["currency"]
    event, known, received, receipt, entry, transfer, days, balances = _STATEMENTS
    run: Callable[..., Any] = _own.run
    _own.begin()
    digest = hashlib.sha256(raw).hexdigest()
    stored = run(event, (told["id"], told["type"], told["api_version"], told_at, now, raw, digest)).fetchone()
    if stored is not None:
        donation, state, income, stripes = run(
            known + ("" if _sqlite else " FOR UPDATE OF d"), (currency, reference)
        ).fetchone()
        if state != "received":
            run(received, (when, charge["id"], minor, donation))
            run(receipt, (secrets.token_urlsafe(24), donation, now))
            (entry_id,) = run(
                entry, (f"stripe:{charge['id']}:received", f"donation:{reference}", when, now, day)
            ).fetchone()
            run(transfer, (entry_id, income, stripes, currency, minor))
            run(days, (income, day, minor, stripes, day, minor))
            run(balances, (income, minor, stripes, minor))
    _own.commit()


def _instant(moment: dt.datetime) -> Any:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f") if _sqlite else moment


def _on_postgresql() -> tuple[Callable[[], Any], Callable[..., Any], Callable[[], Any]]:
    connection = psycopg.connect(_url.set(drivername="postgresql").render_as_string(hide_password=False))
    return (lambda: None), connection.execute, connection.commit


def _on_sqlite() -> tuple[Callable[[], Any], Callable[..., Any], Callable[[], Any]]:
    """The same durability, and the same lock in front: without it SQLite's own back-off is slower."""
    connection = sqlite3.connect(_url.database or "", isolation_level=None, check_same_thread=False)
    for pragma in (
        "busy_timeout=10000",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    lock = os.open(f"{_url.database}.lock", os.O_RDWR | os.O_CREAT, 0o600)

    def begin() -> None:
        fcntl.flock(lock, fcntl.LOCK_EX)
        connection.execute("BEGIN IMMEDIATE")

    def commit() -> None:
        connection.execute("COMMIT")
        fcntl.flock(lock, fcntl.LOCK_UN)

    return begin, connection.execute, commit
