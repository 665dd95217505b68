"""The chain of seals: all of it over a million entries against a bare hashlib loop, and what is newer than a head.

The loop reads the same rows with the raw driver and hashes what each says and each link, but compares with nothing.
What is newer than a head is the same few entries on books of two sizes.
"""

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import insert, select

from app import clock
from app.database import db, writing
from app.ledger import chain, seals
from app.ledger.chain import Head
from app.ledger.entries import Entry, Transfer
from app.reconciliation.verification.checks import SEALED
from tests.bench.filling import driver, fill
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.staging import Stage, staged

_ROWS = """SELECT e.id, e.source, e.kind, e.subject, e.memo, e.lines, e.occurred_at, e.recorded_at, e.booked_on,
    r.source, e.recorded_by, t.line, f.code, g.code, t.currency, t.amount_minor
  FROM entries e LEFT JOIN transfers t ON t.entry_id = e.id LEFT JOIN accounts f ON f.id = t.from_account_id
  LEFT JOIN accounts g ON g.id = t.to_account_id LEFT JOIN entries r ON r.id = e.reverses_id
  WHERE e.id BETWEEN {first} AND {last} ORDER BY e.id, t.line"""
_SEALS = """SELECT seq, subject, subject_id, digest, previous, hash FROM seals
  WHERE seq BETWEEN {first} AND {last} ORDER BY seq"""
_RUN, _NEWER = 5000, 200


def run(plan: Plan) -> Iterator[Figure]:
    few, many = plan.sized(50, 1000, 1000), plan.sized(400, 100_000, 1_000_000)
    for database in plan.databases:
        with staged(database, plan.folder) as small, staged(database, plan.folder) as large:
            for stage, count in ((small, few), (large, many)):
                fill(stage, count)
                with stage.app():
                    _seal()
            yield _the_whole(plan, large, many)
            yield _since_a_head(plan, large, small, many, few)


def _seal() -> None:
    while True:
        with writing():
            if not seals.seal_all(SEALED, most=50_000):
                return


def _the_whole(plan: Plan, stage: Stage, count: int) -> Figure:
    with stage.app(), closing(driver(stage)) as connection:
        rounds = in_turns(plan.repeat, _check, lambda: _by_hand(connection, count))
    return ratio(
        rounds,
        bench="chain",
        what=f"checking the chain over {count:,} entries, against a bare hashlib loop",
        database=stage.database,
        goal=Goal("at most", 1.5),
        unit="s",
    )


def _since_a_head(plan: Plan, large: Stage, small: Stage, many: int, few: int) -> Figure:
    heads = {}
    for stage in (large, small):
        with stage.app():
            heads[stage.url] = Head(*seals.head())
            _add_entries()
            _seal()

    def seconds(stage: Stage) -> float:
        with stage.app():
            _check(heads[stage.url])
            return min(_check(heads[stage.url]) for _ in range(5))

    return ratio(
        in_turns(plan.repeat, lambda: seconds(large), lambda: seconds(small)),
        bench="chain",
        what=f"checking the {_NEWER} entries since a head, in books of {many:,} against {few:,}",
        database=large.database,
        goal=Goal("at most", 1.25),
        unit="ms",
        scale=1000,
    )


def _check(since: Head | None = None) -> float:
    db.session.rollback()
    began = time.perf_counter()
    if found := list(chain.faults(SEALED, since=since)):
        raise RuntimeError(f"the chain has faults: {found[:3]}")
    return time.perf_counter() - began


def _by_hand(connection: Any, count: int) -> float:
    began = time.perf_counter()
    for first in range(1, count + 1, _RUN):
        limits = {"first": first, "last": first + _RUN - 1}
        for _, lines in groupby(connection.execute(_ROWS.format(**limits)), key=itemgetter(0)):
            hashlib.sha256("\x1e".join("\x1f".join(map(str, line)) for line in lines).encode()).hexdigest()
        for seq, subject, subject_id, digest, previous, _ in connection.execute(_SEALS.format(**limits)):
            hashlib.sha256(f"{seq}|{subject}|{subject_id}|{digest}|{previous}".encode()).hexdigest()
    return time.perf_counter() - began


def _add_entries() -> None:
    """A few more entries, on the accounts that are there; their balances do not matter here."""
    last = db.session.scalars(select(Transfer).order_by(Transfer.entry_id.desc()).limit(1)).one()
    moment = clock.now()
    same = {"kind": "gift", "subject": "donation:b", "memo": "card gift received", "lines": 1, "recorded_by": "bench"}
    times = {"occurred_at": moment, "recorded_at": moment, "booked_on": clock.local_day(moment)}
    ids = range(last.entry_id + 1, last.entry_id + 1 + _NEWER)
    with writing():
        db.session.execute(insert(Entry), [{"id": n, "source": f"newer:{n}", **same, **times} for n in ids])
        db.session.execute(
            insert(Transfer),
            [
                {
                    "entry_id": n,
                    "line": 1,
                    "from_account_id": last.from_account_id,
                    "to_account_id": last.to_account_id,
                    "currency": "gbp",
                    "amount_minor": 500,
                }
                for n in ids
            ],
        )
