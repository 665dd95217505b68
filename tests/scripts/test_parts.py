"""Several programs run as one: they start together, and nothing of them is left when they stop."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"

# Says when it is there, and writes a file when it is stopped gently.
GENTLE = """
    import pathlib, signal, sys, threading
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    print("here", flush=True)
    stop.wait()
    pathlib.Path(sys.argv[1]).write_text("stopped gently")
"""
STUBBORN = """
    import signal, threading
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("here", flush=True)
    threading.Event().wait()
"""
# Leaves a child behind that ignores SIGTERM, and whose number it prints.
PARENT = """
    import subprocess, sys
    child = subprocess.Popen([sys.executable, "-c", "import signal, threading; "
        "signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); threading.Event().wait()"])
    print("child", child.pid, flush=True)
    child.wait()
"""

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start `scripts/parts.py` with the programs given by name; it is killed at the end if it still runs."""
    started: list[subprocess.Popen[str]] = []

    def begin(**programs: str) -> subprocess.Popen[str]:
        commands = {
            name: [sys.executable, "-c", textwrap.dedent(code), str(tmp_path / name)] for name, code in programs.items()
        }
        driver = (
            "import os, sys; from pathlib import Path; from parts import Parts; "
            f"sys.exit(Parts({commands!r}, Path({str(tmp_path)!r}), os.environ).run())"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", driver],
            env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def read_until(process: subprocess.Popen[str], text: str, times: int = 1) -> str:
    """Read its lines until `text` has come so many times; the run's time-out is the deadline."""
    seen = ""
    while seen.count(text) < times:
        line = process.stdout.readline() if process.stdout else ""
        assert line, f"it ended without {text!r}:\n{seen}"
        seen += line
    return seen


def gone(number: int) -> bool:
    """Whether a process has ended, allowing it two seconds."""
    for _ in range(40):
        try:
            if Path(f"/proc/{number}/stat").read_text().split()[2] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_signal_stops_all_of_them_gently(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    process = start(site=GENTLE, worker=GENTLE)
    seen = read_until(process, "here", times=2)
    assert "  site | here" in seen
    assert "worker | here" in seen
    process.send_signal(number)
    assert process.wait(timeout=8) == 0
    assert [(tmp_path / name).read_text() for name in ("site", "worker")] == ["stopped gently"] * 2


def test_when_one_ends_the_others_stop_and_its_status_is_passed_on(start: Start) -> None:
    process = start(site=GENTLE, worker="raise SystemExit(7)")
    output = process.communicate(timeout=8)[0]
    assert process.returncode == 7
    assert "The worker has ended (status 7)" in output


def test_an_end_without_an_error_is_an_error_all_the_same(start: Start) -> None:
    process = start(site=GENTLE, worker="print('done')")
    process.communicate(timeout=8)
    assert process.returncode == 1


def test_a_second_ctrl_c_does_not_wait_for_the_stubborn(start: Start) -> None:
    process = start(site=STUBBORN)
    read_until(process, "here")
    process.send_signal(signal.SIGINT)
    read_until(process, "Stopping.")
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=8) == 0
    assert time.monotonic() - began < 5


def test_children_that_outlive_their_parent_are_ended_too(start: Start) -> None:
    process = start(site=PARENT)
    seen = read_until(process, "child")
    read_until(process, "here")
    child = int(seen.rsplit("child", 1)[1])
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=8) == 0
    assert gone(child)
