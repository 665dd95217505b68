"""Growing books: one more gift, and pages over the whole ledger, with a million donations against a thousand."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from app.appeals.appeal import Appeal
from app.database import db, writing
from app.donations import settlement
from app.office.access import TREASURER
from app.payments.objects import read_charge
from tests import stripe_bodies
from tests.bench.filling import APPEALS, fill
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.staging import Stage, staged
from tests.cast import a_pledge
from tests.office.conftest import a_person, sign_in

_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})",
    "postgresql": "WITH numbers AS (SELECT n FROM generate_series(1, {count}) AS n)",
}
_DAY = {
    "sqlite": "datetime('2024-01-01', '+' || (n % 1000000) || ' minutes') || '.000000'",
    "postgresql": "TIMESTAMPTZ '2024-01-01' + n % 1000000 * INTERVAL '1 minute'",
}
_DONATIONS = """INSERT INTO donations (id, reference, appeal_id, method, amount_minor, currency, state, pledged_at,
  received_at, charge_id, name, email, name_key, email_key, name_may_be_shown, submission, checkout_key)
  {numbers} SELECT n, 'gift' || n, 1 + n % {appeals}, 'card', 500 + n % 9500, 'gbp', 'received', {day}, {day},
  'ch_' || n, 'Ada ' || n % 100, 'ada' || n || '@lantern.example', 'ada ' || n % 100, 'ada' || n || '@lantern.example',
  {no}, 's' || n, 'k' || n FROM numbers"""

_PAGES = {
    "today": "/office/today/",
    "the ledger's accounts": "/office/ledger/",
    "the journal": "/office/journal/",
    "income by appeal": "/office/income/",
}
_GIFTS = 40


def run(plan: Plan) -> Iterator[Figure]:
    few, many = plan.sized(40, 1000, 1000), plan.sized(400, 100_000, 1_000_000)
    for database in plan.databases:
        with ExitStack() as stack:
            all_books = [
                Books(stack, stack.enter_context(staged(database, plan.folder)), count) for count in (few, many)
            ]
            small, large = all_books
            for name, path in _PAGES.items():
                yield _compared(
                    plan, large.page(path), small.page(path), database,
                    f"{name}, among {many:,} donations, against {few:,}", 1.5,
                )  # fmt: skip
            yield _compared(
                plan, large.gift, small.gift, database,
                f"one gift settled with {many:,} donations in the books, against {few:,}", 1.25,
            )  # fmt: skip


def _compared(
    plan: Plan, large: Callable[[], float], small: Callable[[], float], database: str, what: str, limit: float
) -> Figure:
    return ratio(
        in_turns(plan.repeat, large, small),
        bench="growing",
        what=what,
        database=database,
        goal=Goal("at most", limit),
        unit="ms",
        scale=1000,
    )


class Books:
    """Whipround with so many donations in its books, and its treasurer, who has just signed in."""

    def __init__(self, stack: ExitStack, stage: Stage, count: int) -> None:
        fill(stage, count)
        self._app: Flask = stack.enter_context(stage.app())
        with writing():
            db.session.execute(text(_donations(stage.database, count)))
        if stage.database == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(
                    text("SELECT setval(pg_get_serial_sequence('donations', 'id'), max(id)) FROM donations")
                )
                connection.execute(text("ANALYZE"))
        self._treasurer: FlaskClient = sign_in(self._app, a_person(TREASURER))

    def page(self, path: str) -> Callable[[], float]:
        """How many seconds a page takes, when it has been asked for before."""

        def seconds() -> float:
            self._ask(path)
            return median(self._ask(path) for _ in range(5))

        return seconds

    def _ask(self, path: str) -> float:
        began = time.perf_counter()
        answer = self._treasurer.get(path)
        seconds = time.perf_counter() - began
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return seconds

    def gift(self) -> float:
        """How many seconds it takes to settle one more gift, its pledge made before."""
        with self._app.app_context():
            waits = []
            for _ in range(_GIFTS):
                mark = secrets.token_hex(6)
                reference = a_pledge(db.session.get_one(Appeal, 1), mark).reference
                charge = read_charge(stripe_bodies.charge(reference, charge_id=f"ch_{mark}"))
                began = time.perf_counter()
                with writing():
                    settlement.settle(charge)
                waits.append(time.perf_counter() - began)
            return median(waits)


def _donations(database: str, count: int) -> str:
    return _DONATIONS.format(
        numbers=_NUMBERS[database].format(count=count),
        day=_DAY[database],
        appeals=APPEALS,
        no="0" if database == "sqlite" else "false",
    )
