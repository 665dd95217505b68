"""Exports: the ledger as CSV against a raw cursor and `csv`, or against COPY; XLSX against the CSV; and their memory.

`python -m tests.bench.exports` makes one file in a process of its own, and says how long that took and what the
process weighed at most.
"""

import csv
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy.engine import make_url

from app import create_app
from app.ledger.exports import formats, making
from app.ledger.exports.selection import Selection
from app.ledger.exports.snapshot import snapshot
from tests.bench.filling import driver, fill
from tests.bench.measuring import Figure, Goal, Plan, in_turns, ratio
from tests.bench.staging import Stage, staged

_ALL = Selection(date(2000, 1, 1), date(2100, 1, 1))
_GOALS = {"sqlite": 1.6, "postgresql": 1.5}
_AGAINST = {"sqlite": "a raw cursor and csv", "postgresql": "COPY"}

# The same lines in the same order, as plainly as each database gives them: a transfer with both its ends, or an end.
_HEAD = "e.id, t.line, e.booked_on, e.occurred_at, e.recorded_at, e.kind, e.memo, e.subject, e.source"
_ENDS = f"""SELECT {_HEAD}, f.code, f.name, f.kind, f.currency, g.code, g.name, g.kind, g.currency,
  printf('%.2f', t.amount_minor / 100.0)
  FROM entries e JOIN transfers t ON t.entry_id = e.id
  JOIN accounts f ON f.id = t.from_account_id JOIN accounts g ON g.id = t.to_account_id
  ORDER BY e.booked_on, e.id, t.line"""
_LINES = f"""SELECT {_HEAD}, a.code, a.name, a.kind, a.currency, s.sign * t.amount_minor * 0.01
  FROM entries e JOIN transfers t ON t.entry_id = e.id
  CROSS JOIN LATERAL (VALUES (t.from_account_id, -1), (t.to_account_id, 1)) s (account_id, sign)
  JOIN accounts a ON a.id = s.account_id
  ORDER BY e.booked_on, e.id, t.line, s.sign"""


def run(plan: Plan) -> Iterator[Figure]:
    few, many = plan.sized(100, 10_000, 100_000), plan.sized(1000, 100_000, 1_000_000)
    for database in plan.databases:
        with staged(database, plan.folder) as small, staged(database, plan.folder) as large:
            # A gift is two lines: one for each end of its transfer.
            fill(small, few // 2)
            fill(large, many // 2)
            yield from _measured(plan, small, large, many)


def _measured(plan: Plan, small: Stage, large: Stage, many: int) -> Iterator[Figure]:
    database = large.database
    made: dict[str, list[dict[str, float]]] = {small.url: [], large.url: []}

    def csv_of(stage: Stage) -> float:
        made[stage.url].append(_made(stage, "csv"))
        return made[stage.url][-1]["seconds"]

    yield ratio(
        in_turns(plan.repeat, lambda: csv_of(large), lambda: _by_hand(large)),
        bench="exports",
        what=f"the ledger as CSV, {many:,} lines, against {_AGAINST[database]}",
        database=database,
        goal=Goal("at most", _GOALS[database]),
        unit="s",
    )
    for _ in range(plan.repeat):
        csv_of(small)
    yield Figure(
        bench="exports",
        what="what making that CSV adds to its process at most",
        database=database,
        value=median(each["adds"] for each in made[large.url]),
        unit="MB",
        goal=Goal("at most", 100, "MB"),
    )
    yield ratio(
        list(zip(*([each["weighs"] for each in made[stage.url]] for stage in (large, small)), strict=True)),
        bench="exports",
        what="what its process weighs at most, against one that makes a tenth of the lines",
        database=database,
        goal=Goal("at most", 1.2),
        unit="MB",
    )
    yield ratio(
        in_turns(plan.repeat, lambda: _made(large, "xlsx")["seconds"], lambda: csv_of(large)),
        bench="exports",
        what=f"the ledger as XLSX, {many:,} lines, against its CSV",
        database=database,
        goal=Goal("at most", 3),
        unit="s",
    )


def _made(stage: Stage, how: str) -> dict[str, float]:
    """What a process of its own says of the file that it made."""
    path = stage.folder / f"ledger.{how}"
    said = subprocess.run(
        [sys.executable, "-m", __name__, how, str(path)],
        env=stage.environment,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    made: dict[str, float] = json.loads(said.stdout)
    if path.stat().st_size < 1000:
        raise RuntimeError("the export is empty")
    path.unlink()
    return made


def _by_hand(stage: Stage) -> float:
    path = stage.folder / "by-hand.csv"
    began = time.perf_counter()
    if stage.database == "sqlite":
        _with_a_cursor(stage, path)
    elif shutil.which("psql"):
        _with_psql(stage, path)
    else:
        _with_copy(stage, path)
    seconds = time.perf_counter() - began
    path.unlink()
    return seconds


def _with_a_cursor(stage: Stage, path: Path) -> None:
    with closing(driver(stage)) as connection, path.open("w", newline="") as file:
        write = csv.writer(file).writerow
        for row in connection.execute(_ENDS):
            write((*row[:13], f"-{row[17]}"))
            write((*row[:9], *row[13:18]))


def _with_psql(stage: Stage, path: Path) -> None:
    address = make_url(stage.url).set(drivername="postgresql").render_as_string(hide_password=False)
    asked = f"\\copy ({' '.join(_LINES.split())}) TO '{path}' CSV"
    subprocess.run(["psql", "-q", address, "-c", asked], check=True)


def _with_copy(stage: Stage, path: Path) -> None:
    connection: Any = driver(stage)
    asked = f"COPY ({_LINES}) TO STDOUT (FORMAT csv)"
    with closing(connection), connection.cursor() as cursor, cursor.copy(asked) as rows, path.open("wb") as file:
        while run := list(islice(rows, 2000)):
            file.write(b"".join(run))


def _export(how: str, path: Path) -> None:
    """Make the file as the office does, and print what it took."""
    with create_app().app_context(), snapshot() as connection, path.open("wb") as file:
        # The control totals stand on the page before anybody asks for the file.
        totals = formats.totals_of(connection, f"ledger-{how}", _ALL)
        began, before = time.perf_counter(), _weight()
        for piece in making.of_ledger(connection, f"ledger-{how}", _ALL, totals, "bench").pieces:
            file.write(piece)
        seconds = time.perf_counter() - began
    print(json.dumps({"seconds": seconds, "adds": _weight() - before, "weighs": _weight()}))


def _weight() -> float:
    """What this process has weighed at most so far, in megabytes; `resource` would count its parent."""
    (line,) = (each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    _export(sys.argv[1], Path(sys.argv[2]))
