"""Several programs run as one: started together, their lines printed with a name before them, stopped together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

# The web server gives running requests ten seconds of its own.
STOPS_WITHIN = 15.0


class Parts:
    """The programs, by name. Each runs in a session of its own, so Ctrl-C reaches only us, and we alone stop them."""

    def __init__(self, commands: Mapping[str, list[str]], folder: Path, environ: Mapping[str, str]) -> None:
        """Decide what to start, where and with which environment; nothing runs yet."""
        self._commands, self._folder, self._environ = commands, folder, environ
        self._running: dict[str, subprocess.Popen[str]] = {}
        self._asked = 0

    @property
    def stopping(self) -> bool:
        """Whether somebody has said stop."""
        return self._asked > 0

    def run(self, before: Mapping[str, Callable[[], int]] | None = None) -> int:
        """Start all, wait until one ends or a signal says stop, stop all. What is to be done `before` a program is done
        when those in front of it have been started, and ends everything with its status unless that is 0.

        Returns 0 after a signal, else the status of the program that ended: one that ends by itself is never right,
        so its 0 becomes 1.
        """
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._note)
        try:
            for name, command in self._commands.items():
                if before and name in before and not self.stopping and (failed := before[name]()):
                    return 0 if self.stopping else failed
                if not self.stopping:
                    self._start(name, command)
            while not self.stopping:
                for name, part in self._running.items():
                    if (status := part.poll()) is not None:
                        print(
                            f"The {name} has ended (status {status}); stopping the rest.", file=sys.stderr, flush=True
                        )
                        return status if status > 0 else 1
                time.sleep(0.1)
            print("\nStopping.", flush=True)
            return 0
        finally:
            self._stop()

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._asked += 1

    def _start(self, name: str, command: list[str]) -> None:
        part = subprocess.Popen(
            command,
            cwd=self._folder,
            env=dict(self._environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self._running[name] = part
        width = max(map(len, self._commands))

        def pass_on() -> None:
            for line in part.stdout or ():
                print(f"{name:>{width}} | {line}", end="", flush=True)

        threading.Thread(target=pass_on, daemon=True).start()

    def _stop(self) -> None:
        """End every program with all its children: gently; at once when that takes long, or at a second Ctrl-C."""
        self._signal(signal.SIGTERM)
        last_moment = time.monotonic() + STOPS_WITHIN
        while any(part.poll() is None for part in self._running.values()):
            if time.monotonic() > last_moment or self._asked > 1:
                break
            time.sleep(0.05)
        # Also where the program itself has ended: a child that outlived it would keep its port.
        self._signal(signal.SIGKILL)
        for part in self._running.values():
            part.wait()

    def _signal(self, number: signal.Signals) -> None:
        for part in self._running.values():
            try:
                os.killpg(part.pid, number)
            except ProcessLookupError:
                continue
