"""`make bench`: measure, print a table, and say of each goal whether it is met."""

import argparse
import dataclasses
import json
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import chain, exports, growing, live, office, pages, posting, receipts, totals, webhooks
from tests.bench.measuring import Figure, Plan

BENCHES = {
    "webhooks": webhooks.run,
    "posting": posting.run,
    "pages": pages.run,
    "receipts": receipts.run,
    "live": live.run,
    "totals": totals.run,
    "chain": chain.run,
    "office": office.run,
    "exports": exports.run,
    "growing": growing.run,
}


def main(arguments: list[str] | None = None) -> int:
    """Run the benches that were asked for; 0 when every goal was met, 1 when one was missed."""
    asked = _asked(arguments)
    folder = Path(tempfile.mkdtemp(prefix="whipround-bench-"))
    databases = ("sqlite", "postgresql") if asked.database == "both" else (asked.database,)
    plan = Plan(folder, databases, asked.size, asked.repeat)
    figures: list[Figure] = []
    try:
        for name in asked.only:
            for figure in BENCHES[name](plan):
                figures.append(figure)
                print(_line(figure), flush=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n" + table(figures))
    if asked.json:
        asked.json.write_text(json.dumps(report(figures, plan), indent=1) + "\n")
    return int(any(figure.verdict == "MISSED" for figure in figures))


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default=",".join(BENCHES), type=_names, help="which ones, separated by commas")
    parser.add_argument("--database", default="both", choices=["sqlite", "postgresql", "both"])
    parser.add_argument("--size", default="full", choices=["tiny", "small", "full"])
    parser.add_argument("--repeat", default=3, type=int, help="rounds of each line; their median counts")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    return parser.parse_args(arguments)


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in BENCHES]:
        raise argparse.ArgumentTypeError(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    return names


def _line(figure: Figure) -> str:
    return " | ".join(_cells(figure))


def _cells(figure: Figure) -> list[str]:
    spread = f" ({figure.spread[0]:.3g}–{figure.spread[1]:.3g})" if figure.spread else ""
    value = f"{figure.value:.3g} {'×' if figure.unit == 'times' else figure.unit}{spread}"
    goal = str(figure.goal) if figure.goal else "–"
    return [figure.what, figure.database, figure.subject, figure.against, value, goal, figure.verdict or "–"]


def table(figures: list[Figure]) -> str:
    """The figures as a Markdown table, aligned so that it reads as plain text too."""
    head = ["what", "database", "Whipround", "against", "measured", "goal", "verdict"]
    rows = [head, *map(_cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    )


def report(figures: list[Figure], plan: Plan) -> dict[str, object]:
    """The figures for machines, with what they were measured on."""
    return {
        "measured_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "python": platform.python_version(),
        "size": plan.size,
        "repeat": plan.repeat,
        "figures": [{**dataclasses.asdict(figure), "verdict": figure.verdict} for figure in figures],
    }


if __name__ == "__main__":
    sys.exit(main())
