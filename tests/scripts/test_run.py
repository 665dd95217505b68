"""`make run`, as somebody who tries Whipround out meets it: everything starts, says where it is, and stops."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.running import ROOT, answers, eventually, free_port


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Ports and a folder of its own, and no setting of whoever runs the tests."""
    kept = {name: os.environ[name] for name in os.environ if name in ("PATH", "HOME", "LANG") or "COV" in name}
    return {
        **kept,
        "DATA_DIR": str(tmp_path / "data"),
        "BIND": f"127.0.0.1:{free_port()}",
        "PRACTICE_BIND": f"127.0.0.1:{free_port()}",
        "EXAMPLE": "empty",
    }


@contextmanager
def running(environ: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Everything started, and what it said until it stood ready; killed at the end if it still runs."""
    command = [sys.executable, str(ROOT / "scripts/run.py")]
    process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    said = ""
    try:
        while "Ctrl-C stops everything" not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield process, said
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)
        process.stdout.close()


def page(environ: dict[str, str], path: str) -> str:
    with urllib.request.urlopen(f"http://{environ['BIND']}{path}", timeout=10) as answer:
        return str(answer.read().decode())


# Three programs start twice: half a minute, and more where other tests keep the machine busy.
@pytest.mark.timeout(300)
def test_it_starts_everything_stops_it_at_ctrl_c_and_goes_on_where_it_stopped(environ: dict[str, str]) -> None:
    with running(environ) as (process, said):
        for told in (f"http://{environ['BIND']}/", f"http://{environ['PRACTICE_BIND']}/", "4242 4242 4242 4242"):
            assert told in said
        assert "The example is loaded" in said
        assert "Keep the Lantern lit" in page(environ, "/articles/118")
        assert page(environ, "/outbox")
        eventually(lambda: answers(f"http://{environ['PRACTICE_BIND']}/"))
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
    for bind in (environ["BIND"], environ["PRACTICE_BIND"]):
        assert not answers(f"http://{bind}/")

    keys = (Path(environ["DATA_DIR"]) / "practice.env").read_text()
    with running(environ) as (process, said):
        assert "The example is loaded" not in said
        assert "Why a lantern" in page(environ, "/articles/1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert (Path(environ["DATA_DIR"]) / "practice.env").read_text() == keys


@pytest.mark.parametrize("setting", ["BIND", "PRACTICE_BIND"])
def test_a_port_that_is_taken_is_named_in_words(environ: dict[str, str], setting: str) -> None:
    host, _, port = environ[setting].rpartition(":")
    with socket.create_server((host, int(port))):
        done = subprocess.run(
            [sys.executable, str(ROOT / "scripts/run.py")], env=environ, capture_output=True, text=True, timeout=30
        )
    assert done.returncode == 1
    assert f"{environ[setting]} is already in use" in done.stderr
    assert f"make run {setting}=" in done.stderr
