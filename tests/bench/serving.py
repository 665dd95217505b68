"""Serving: a real web server in a process of its own, the same one for the subject and the calibration.

`python -m tests.bench.serving PORT MODULE:EXPRESSION` serves as `flask serve` does.
"""

import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.cli.serve import Server

# Whipround's own composition.
SUBJECT = "app.asgi:create_application()"

_ROOT = Path(__file__).parent.parent.parent
_PATIENCE = 30.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass(frozen=True)
class Served:
    """A server: its port, and the process that started its worker."""

    port: int
    process: subprocess.Popen[bytes]

    def resident(self) -> int:
        """How many bytes of the worker's memory are resident."""
        [worker] = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(Path(f"/proc/{worker}/statm").read_text().split()[1]) * resource.getpagesize()


@contextmanager
def served(application: str, environment: dict[str, str], log: Path) -> Iterator[Served]:
    """Serve `module:expression` as `flask serve` does, in one process."""
    port = free_port()
    with running(["-m", "tests.bench.serving", str(port), application], environment, log) as process:
        until_open(port, process, log)
        yield Served(port, process)


@contextmanager
def running(arguments: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A Python process that is ended with the block; what it says goes to `log`."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=_ROOT, env=environment, stdout=said, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until_open(port: int, process: subprocess.Popen[bytes], log: Path | None = None) -> None:
    """Wait until the port answers; raises what the process said when it ended instead."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {log.read_text()[-3000:] if log else ''}")


if __name__ == "__main__":
    Server(f"127.0.0.1:{sys.argv[1]}", 1, sys.argv[2]).run()
