"""Totals: what an appeal has raised, and the whole check of the balances, over a million transfers."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

from sqlalchemy import bindparam, select

from app.appeals import raised
from app.appeals.appeal import Appeal, AppealAccount
from app.database import db
from app.ledger import verifying
from app.ledger.balances import Balance
from tests.bench.filling import driver, fill
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.staging import Stage, staged

# The same sums as a hand would write them: per account and day what went out, what came in, and the gifts.
_BY_HAND = (
    """SELECT t.from_account_id, e.booked_on, sum(t.amount_minor), sum(CASE WHEN e.kind = 'gift' THEN 1 ELSE 0 END)
    FROM transfers t JOIN entries e ON e.id = t.entry_id GROUP BY t.from_account_id, e.booked_on""",
    """SELECT t.to_account_id, e.booked_on, sum(t.amount_minor)
    FROM transfers t JOIN entries e ON e.id = t.entry_id GROUP BY t.to_account_id, e.booked_on""",
)
_BALANCE = select(Balance.__table__).where(Balance.__table__.c.account_id == bindparam("account"))


def run(plan: Plan) -> Iterator[Figure]:
    count = plan.sized(200, 100_000, 1_000_000)
    for database in plan.databases:
        with staged(database, plan.folder) as stage:
            slugs = fill(stage, count)
            with stage.app():
                yield _of_an_appeal(plan, database, count, slugs[0])
                yield from _of_everything(plan, stage, count)


def _of_an_appeal(plan: Plan, database: str, count: int, slug: str) -> Figure:
    appeal = db.session.scalars(select(Appeal).where(Appeal.slug == slug)).one()
    account = db.session.scalar(select(AppealAccount.account_id).where(AppealAccount.appeal_id == appeal.id))
    readings = plan.sized(20, 1000, 3000)

    def by_key() -> None:
        db.session.execute(_BALANCE, {"account": account}).one()

    rounds = in_turns(plan.repeat, lambda: _each(readings, lambda: raised.by(appeal)), lambda: _each(readings, by_key))
    return ratio(
        rounds,
        bench="totals",
        what=f"an appeal's total over {count:,} transfers, against a SELECT by primary key",
        database=database,
        goal=Goal("at most", 2),
        unit="µs",
        scale=1e6,
    )


def _of_everything(plan: Plan, stage: Stage, count: int) -> Iterator[Figure]:
    def check() -> float:
        began = time.perf_counter()
        if found := [fault for faults in verifying.balance_differences() for fault in faults]:
            raise RuntimeError(f"the books have faults: {found}")
        return time.perf_counter() - began

    with closing(driver(stage)) as connection:

        def by_hand() -> float:
            began = time.perf_counter()
            for statement in _BY_HAND:
                connection.execute(statement).fetchall()
            return time.perf_counter() - began

        check(), by_hand()
        rounds = in_turns(plan.repeat, check, by_hand)
    yield ratio(
        rounds,
        bench="totals",
        what=f"the full check of balances over {count:,} transfers, against the same GROUP BY in raw SQL",
        database=stage.database,
        goal=Goal("at most", 1.5),
        unit="s",
    )
    began = time.perf_counter()
    verifying.faults()
    yield Figure(
        bench="totals",
        what=f"every check of the ledger over {count:,} transfers",
        database=stage.database,
        value=time.perf_counter() - began,
        unit="s",
    )


def _each(times: int, do: Callable[[], object]) -> float:
    """Seconds that it takes once, of many times."""
    began = time.perf_counter()
    for _ in range(times):
        do()
    return (time.perf_counter() - began) / times
