"""Filling the books: as many gifts as are wanted, spread over appeals and days, with the balances they come to."""

import sqlite3
from contextlib import closing

import psycopg
from sqlalchemy import select
from sqlalchemy.engine import make_url

from app.appeals.appeal import AppealAccount
from app.database import db, writing
from app.ledger import posting
from tests.bench.staging import Stage
from tests.cast import an_appeal

APPEALS, _DAYS = 10, 730

_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})",
    "postgresql": "WITH numbers AS (SELECT n FROM generate_series(1, {count}) AS n)",
}
_DAY = {
    "sqlite": "date('2024-01-01', '+' || (n / {appeals} % {days}) || ' days')",
    "postgresql": "DATE '2024-01-01' + n / {appeals} % {days}",
}
_REFERENCE = {"sqlite": "printf('%024x', n)", "postgresql": "lpad(to_hex(n), 24, '0')"}
_ENTRIES = """INSERT INTO entries
  (id, source, kind, subject, memo, lines, occurred_at, recorded_at, booked_on, recorded_by)
  {numbers} SELECT n, 'bench:' || n, 'gift', 'donation:' || {reference}, 'card gift received', 1,
  '2026-01-01 12:00:00.000000', '2026-01-01 12:00:00.000000', {day}, 'bench' FROM numbers"""
_TRANSFERS = """INSERT INTO transfers (entry_id, line, from_account_id, to_account_id, currency, amount_minor)
  {numbers} SELECT n, 1, {first} + n % {appeals}, {stripe}, 'gbp', 500 + n % 9500 FROM numbers"""
_BALANCES = """INSERT INTO balances (account_id, out_minor, in_minor, gifts)
  SELECT from_account_id, sum(amount_minor), 0, count(*) FROM transfers GROUP BY from_account_id
  UNION ALL SELECT to_account_id, 0, sum(amount_minor), 0 FROM transfers GROUP BY to_account_id"""
_DAILY = """INSERT INTO daily_balances (account_id, booked_on, out_minor, in_minor)
  SELECT from_account_id, booked_on, sum(amount_minor), 0 FROM transfers JOIN entries ON id = entry_id
    GROUP BY from_account_id, booked_on
  UNION ALL SELECT to_account_id, booked_on, 0, sum(amount_minor) FROM transfers JOIN entries ON id = entry_id
    GROUP BY to_account_id, booked_on"""


def fill(stage: Stage, count: int) -> list[str]:
    """Write `count` gifts of one transfer each; the slugs of the appeals that they went to, in equal parts."""
    slugs = [f"fund-{number}" for number in range(APPEALS)]
    with stage.app():
        with writing():
            stripe = posting.account_id("assets:stripe", "gbp")
        ids = [an_appeal(slug, precedence=None).id for slug in slugs]
        first = min(db.session.scalars(select(AppealAccount.account_id).where(AppealAccount.appeal_id.in_(ids))))
    numbers = _NUMBERS[stage.database].format(count=count)
    values = {
        "numbers": numbers,
        "day": _DAY[stage.database].format(appeals=APPEALS, days=_DAYS),
        "reference": _REFERENCE[stage.database],
        "first": first,
        "appeals": APPEALS,
        "stripe": stripe,
    }
    statements = [text.format(**values) for text in (_ENTRIES, _TRANSFERS, _BALANCES, _DAILY)]
    (_in_sqlite if stage.database == "sqlite" else _in_postgresql)(stage, statements)
    return slugs


def _in_sqlite(stage: Stage, statements: list[str]) -> None:
    with closing(sqlite3.connect(make_url(stage.url).database or "", isolation_level=None)) as connection:
        for statement in ("BEGIN", *statements, "COMMIT", "PRAGMA wal_checkpoint(TRUNCATE)"):
            connection.execute(statement)


def _in_postgresql(stage: Stage, statements: list[str]) -> None:
    address = make_url(stage.url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        # The rows are right by construction, and checking each would take minutes.
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)
        connection.execute("SELECT setval(pg_get_serial_sequence('entries', 'id'), max(id)) FROM entries")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def driver(stage: Stage) -> "sqlite3.Connection | psycopg.Connection[tuple[object, ...]]":
    """A raw connection to the stage's database, for calibrations; the caller closes it."""
    url = make_url(stage.url)
    if stage.database == "sqlite":
        return sqlite3.connect(url.database or "")
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
