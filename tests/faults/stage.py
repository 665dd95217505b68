"""A stage: one process that forks others, each of which plays a part and may be killed in the middle of it.

Run as a module it reads what is to be played, a line of JSON at a time, and answers with how each process ended. It
has imported everything beforehand, has no threads and no connections, so forking is quick and clean.
"""

import json
import os
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Stage:
    """What the tests see of it."""

    def __init__(self) -> None:
        """Start the process that forks the others."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.stage"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def play(self, *parts: tuple[str, dict[str, Any]]) -> list[int]:
        """Play these parts at once, each in a process of its own; how each ended: 0, or −9 when it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(parts) + "\n")
        self._process.stdin.flush()
        ended: list[int] = json.loads(self._process.stdout.readline())
        return ended

    def close(self) -> None:
        """End it."""
        self._process.communicate(timeout=30)


def _fork(name: str, values: dict[str, Any]) -> int:
    from tests.faults.parts import PARTS

    child = os.fork()
    if child:
        return child
    try:
        PARTS[name](**values)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main() -> None:
    """Play whatever is asked for, until there is nothing more."""
    for line in sys.stdin:
        children = [_fork(name, values) for name, values in json.loads(line)]
        ended = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
        print(json.dumps(ended), flush=True)


if __name__ == "__main__":
    from tests.faults import parts

    parts.rehearse()
    main()
