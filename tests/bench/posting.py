"""Posting: eight clients at once against one, each in a process of its own, all on the same two hot accounts.

`python -m tests.bench.posting` is one client: it posts as many entries as each line of its input says.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

from app import clock, create_app
from app.database import db, writing
from app.ledger import accounts, posting, verifying
from app.ledger.entries import GIFT
from app.money import Money
from tests.bench.measuring import Figure, Goal, Plan, in_turns, percentile, ratio
from tests.bench.staging import Stage, staged

_CLIENTS = 8
_INCOME = "income:appeal:bench:gbp"
_GOALS = {"sqlite": Goal("at least", 0.85), "postgresql": Goal("at least", 1.5)}


def run(plan: Plan) -> Iterator[Figure]:
    count = plan.sized(16, 800, 4000)
    for database in plan.databases:
        with staged(database, plan.folder) as stage, ExitStack() as stack:
            clients = [stack.enter_context(Client(stage)) for _ in range(_CLIENTS)]
            slowest: list[float] = []

            def together() -> float:
                rate, waits = _posted(clients, count)  # noqa: B023 - called before the next turn
                slowest.append(percentile(waits, 0.99))  # noqa: B023
                return rate

            def alone() -> float:
                return _posted(clients[:1], count)[0]  # noqa: B023

            _posted(clients, count // 4)
            rounds = in_turns(plan.repeat, together, alone)
            with stage.app():
                if faults := verifying.faults():
                    raise RuntimeError(f"the books have faults: {faults}")
            yield ratio(
                rounds,
                bench="posting",
                what=f"entries posted a second, {_CLIENTS} clients against one",
                database=database,
                goal=_GOALS[database],
                unit="/s",
            )
            yield Figure(
                bench="posting",
                what=f"the wait for an entry among {_CLIENTS} clients, p99",
                database=database,
                value=median(slowest) * 1000,
                unit="ms",
                goal=Goal("at most", 50, "ms") if database == "sqlite" else None,
                spread=(min(slowest) * 1000, max(slowest) * 1000),
            )


class Client:
    """A process that posts when it is told to."""

    def __init__(self, stage: Stage) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            env=stage.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin
        assert self._process.stdout
        self._in, self._out = self._process.stdin, self._process.stdout

    def __enter__(self) -> "Client":
        self.finish()
        return self

    def __exit__(self, *_: object) -> None:
        self._in.close()
        self._process.wait(30)
        self._out.close()

    def start(self, count: int) -> None:
        self._in.write(f"{count}\n")
        self._in.flush()

    def finish(self) -> tuple[float, float, list[float]]:
        """When it began and ended, on the clock that all processes share, and how long each entry took."""
        began, ended, waits = json.loads(self._out.readline())
        return began, ended, waits


def _posted(clients: list[Client], count: int) -> tuple[float, list[float]]:
    """Entries posted a second by these clients together, and how long each entry took."""
    each = max(1, count // len(clients))
    for client in clients:
        client.start(each)
    done = [client.finish() for client in clients]
    seconds = max(ended for _, ended, _ in done) - min(began for began, _, _ in done)
    return each * len(clients) / seconds, [wait for _, _, waits in done for wait in waits]


def _client() -> None:
    with create_app().app_context():
        with writing():
            accounts.open_account(_INCOME, "income", "An appeal", "gbp")
        lines = [posting.Line(_INCOME, "assets:stripe", Money(2500, "gbp"))]
        print(json.dumps((0, 0, [])), flush=True)
        for asked in sys.stdin:
            waits, began = [], time.monotonic()
            for _ in range(int(asked)):
                begins = time.monotonic()
                with writing():
                    _post(f"bench:{os.getpid()}:{time.monotonic_ns()}", lines)
                waits.append(time.monotonic() - begins)
            print(json.dumps((began, time.monotonic(), waits)), flush=True)
        db.session.remove()
        db.engine.dispose()


def _post(source: str, lines: list[posting.Line]) -> None:
    posting.post(
        source,
        lines,
        kind=GIFT,
        subject="donation:bench",
        memo="card gift received",
        occurred_at=clock.now(),
        recorded_by="bench",
    )


if __name__ == "__main__":
    _client()
