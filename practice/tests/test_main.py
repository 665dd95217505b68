"""The process: it starts from the environment alone, says what is wrong, and stops at once when told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from .conftest import eventually, visit

ROOT = Path(__file__).parent.parent.parent


def start(tmp_path: Path, **environment: str) -> subprocess.Popen[str]:
    """`python -m practice` as an operator starts it."""
    return subprocess.Popen(
        [sys.executable, "-m", "practice"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path), **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


def is_open(address: str) -> bool:
    """Whether Practice Stripe answers already."""
    try:
        return visit(f"{address}/healthz").status == 200
    except OSError:
        return False


def test_starts_and_stops_cleanly(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start(tmp_path, PRACTICE_BIND=f"127.0.0.1:{port}")
    try:
        eventually(lambda: is_open(f"http://127.0.0.1:{port}"), seconds=60)
        told = time.monotonic()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0
    assert time.monotonic() - told < 5
    assert "Traceback" not in errors
    assert (tmp_path / "practice-stripe.sqlite3").exists()


def test_a_live_key_stops_it_in_words(tmp_path):
    process = start(tmp_path, STRIPE_SECRET_KEY="sk_live_x")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "cannot be used with a live Stripe key" in errors
    assert "sk_live_x" not in errors
