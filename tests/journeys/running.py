"""A whole Whipround as its users have it: web server, worker and a stand-in for Stripe, each a process."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import stripe

ROOT = Path(__file__).parents[2]
PEER = ROOT.parent / "shared" / "stripe-peer" / "start"
_UK_CHARITY = (
    'UPDATE account SET settings=json(\'{"ledger":{"fees":{"percent_bps":120,"fixed":20},'
    '"settlement_business_days":2,"dispute_received_fee":2000}}\'), '
    "object=json_set(object,'$.country','GB','$.default_currency','gbp')"
)


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until `condition` answers something true, and return it."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)
    return found


def answers(url: str) -> bool:
    """Whether something answers there at all."""
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@dataclass
class Installation:
    """A running Whipround; `environ` is that of all its processes."""

    base: str
    stripe: str
    environ: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        """Start one of its processes; what it says goes to a file beside the database."""
        log = (Path(self.environ["DATA_DIR"]) / f"{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=ROOT, env=self.environ, stdout=log, stderr=log, start_new_session=True
        )
        log.close()

    def still_runs(self) -> bool:
        """True while every process does; fails with what it said when one has ended."""
        for name, process in self.processes.items():
            said = Path(self.environ["DATA_DIR"]) / f"{name}.log"
            assert process.poll() is None, f"{name} ended with {process.returncode}:\n{said.read_text()[-2000:]}"
        return True

    def kill(self, name: str, how: int = signal.SIGKILL) -> None:
        """End a process, by default as a power cut would."""
        process = self.processes.pop(name)
        os.killpg(process.pid, how)
        process.wait(20)

    def flask(self, *arguments: str) -> str:
        """Run one of the operator's commands and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "flask", *arguments], cwd=ROOT, env=self.environ, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def close(self) -> None:
        """Stop everything, politely."""
        for name in list(self.processes):
            self.kill(name, signal.SIGTERM)


@contextmanager
def run_whipround(data_dir: Path, database_url: str, stripe: str) -> Iterator[Installation]:
    """Start Whipround on a migrated database, with Practice Stripe or the peer as its Stripe."""
    port, stripe_port = free_port(), free_port()
    base = f"http://127.0.0.1:{port}"
    environ = {
        **os.environ,
        "PRACTICE": "1",
        "DATA_DIR": str(data_dir),
        "DATABASE_URL": database_url,
        "BASE_URL": base,
        "BIND": f"127.0.0.1:{port}",
        "PRACTICE_BIND": f"127.0.0.1:{stripe_port}",
        "PRACTICE_WEBHOOK_URL": f"{base}/webhooks/stripe",
        "STRIPE_API_BASE": f"http://127.0.0.1:{stripe_port}",
        "STRIPE_WEBHOOK_SECRET": "whsec_journey",
    }
    whipround = Installation(base, f"http://127.0.0.1:{stripe_port}", environ)
    try:
        if stripe == "peer":
            _start_peer(whipround, stripe_port)
        else:
            whipround.start("stripe", "practice")
        whipround.start("web", "flask", "serve")
        whipround.start("worker", "flask", "work")
        eventually(lambda: whipround.still_runs() and answers(f"{base}/healthz"), 60)
        eventually(lambda: whipround.still_runs() and answers(whipround.stripe), 60)
        yield whipround
    finally:
        whipround.close()


def _start_peer(whipround: Installation, port: int) -> None:
    """Start the stand-in that stands beside the checkout, with a UK account and a webhook of its own."""
    log = (Path(whipround.environ["DATA_DIR"]) / "stripe.log").open("ab")
    whipround.processes["stripe"] = subprocess.Popen(
        [str(PEER), "--port", str(port)], stdout=log, stderr=log, start_new_session=True
    )
    log.close()
    api = f"http://127.0.0.1:{port}/worlds/{secrets.token_hex(4)}"
    eventually(lambda: answers(f"http://127.0.0.1:{port}/"), 60)
    start = {"startup": {"livemode": False}, "setup_sql": _UK_CHARITY}
    request = urllib.request.Request(
        api, json.dumps(start).encode(), {"Content-Type": "application/json"}, method="PUT"
    )
    urllib.request.urlopen(request, timeout=20).close()
    client = stripe.StripeClient("sk_test_journey", base_addresses={"api": api})
    endpoint = client.v1.webhook_endpoints.create({"url": f"{whipround.base}/webhooks/stripe", "enabled_events": ["*"]})
    whipround.environ.update(STRIPE_API_BASE=api, STRIPE_WEBHOOK_SECRET=endpoint.secret or "")
    whipround.stripe = f"http://127.0.0.1:{port}"
