"""Live totals: from a commit to the last of a thousand and of ten thousand open streams."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from app import clock
from app.appeals import income
from app.database import db, writing
from app.ledger import posting
from app.ledger.entries import GIFT
from app.money import Money
from app.public import appeals
from tests.bench.measuring import Figure, Goal, Plan, in_turns, percentile, ratio
from tests.bench.serving import SUBJECT, free_port, served, until_open
from tests.bench.staging import staged
from tests.bench.watching import Watchers, watchers
from tests.cast import an_appeal

# Seconds between two pieces of news: more than Whipround rests between two updates.
_BETWEEN = 0.4
# Milliseconds between two looks at SQLite's counter of commits; PostgreSQL tells.
_POLLING = {"sqlite": 20.0, "postgresql": 0.0}
_SLUG = "press-fund"


def run(plan: Plan) -> Iterator[Figure]:
    for database in plan.databases:
        for number, news in (
            (plan.sized(20, 1000, 1000), plan.sized(2, 20, 40)),
            (plan.sized(50, 5000, 10_000), plan.sized(2, 10, 20)),
        ):
            yield from _watched_by(plan, database, number, news)


def _watched_by(plan: Plan, database: str, number: int, news: int) -> Iterator[Figure]:
    with staged(database, plan.folder) as stage, stage.app():
        give = Giving()
        with (
            served(SUBJECT, stage.environment, stage.folder / "server.log") as server,
            bare_broadcast(give.event_size) as (bare_port, broadcast),
        ):
            before = server.resident()
            with (
                watchers(server.port, f"/live/appeals/{_SLUG}", number) as own,
                watchers(bare_port, "/", number) as others,
            ):
                weight = (server.resident() - before) / number / 1000
                waits: list[float] = []

                def last(watching: Watchers, tell: Callable[[], float]) -> float:
                    each = [_waits(watching, tell, number) for _ in range(news)]
                    waits.extend(median(told) for told in each)
                    return percentile([max(told) for told in each], 0.99)

                last(own, give), last(others, broadcast)
                rounds = in_turns(plan.repeat, lambda: last(own, give), lambda: last(others, broadcast))
        floor = median(against for _, against in rounds) * 1000
        small = number < 5000
        limit = 3 + _POLLING[database] / floor if small else 1.5
        yield ratio(
            rounds,
            bench="live",
            what=f"from a commit to the last of {number:,} streams, p99, against a bare broadcast",
            database=database,
            goal=Goal("at most", limit),
            unit="ms",
            scale=1000,
        )
        yield Figure(
            bench="live",
            what=f"what the server weighs more for each of {number:,} streams",
            database=database,
            value=weight,
            unit="kB",
            goal=Goal("at most", 25, "kB"),
        )


def _waits(watching: Watchers, tell: Callable[[], float], number: int) -> list[float]:
    """Tell some news; the seconds until each stream has heard of it."""
    time.sleep(_BETWEEN)
    watching.expect()
    told = tell()
    heard = watching.heard()
    if len(heard) != number:
        raise RuntimeError(f"{number - len(heard)} of {number} streams did not hear the news")
    return [moment - told for moment in heard]


class Giving:
    """A gift each time it is called; returns the moment of its commit."""

    def __init__(self) -> None:
        appeal = an_appeal(_SLUG)
        self._account = income.account_of(appeal)
        self._count = 0
        self()
        shown = appeals.render(_SLUG)
        assert shown
        self.event_size = len(shown[1].encode()) + 8 * shown[1].count("\n")
        db.session.rollback()

    def __call__(self) -> float:
        self._count += 1
        with writing():
            posting.post(
                f"bench:{self._count}",
                [posting.Line(self._account, "assets:stripe", Money(2500, "gbp"))],
                kind=GIFT,
                subject="donation:bench",
                memo="card gift received",
                occurred_at=clock.now(),
                recorded_by="bench",
            )
        return time.monotonic()


@contextmanager
def bare_broadcast(size: int) -> Iterator[tuple[int, Callable[[], float]]]:
    """The calibration's server: its port, and what makes it send its event to everyone."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.bare_broadcast", str(port), str(size)], stdin=subprocess.PIPE
    )
    told = process.stdin
    assert told

    def broadcast() -> float:
        now = time.monotonic()
        told.write(b"\n")
        told.flush()
        return now

    try:
        until_open(port, process)
        yield port, broadcast
    finally:
        process.kill()
        process.communicate()
