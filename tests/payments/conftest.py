"""What stands in for Stripe: a server that answers what it is told, Practice Stripe, and a peer if there is one."""

import json
import os
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs
from urllib.request import Request, urlopen

import pytest

from practice.serving import serving
from practice.settings import PracticeSettings
from practice.tests.conftest import eventually

PEER = Path(__file__).parents[3] / "shared" / "stripe-peer" / "start"


@dataclass
class Scripted:
    """A server that gives the answers it was told, in their order, and remembers what it was asked."""

    address: str = ""
    answers: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)
    asked: list[tuple[str, str | None, dict[str, list[str]]]] = field(default_factory=list)

    def will_answer(self, status: int, body: Any = None, **headers: str) -> None:
        """Add an answer; a body that is text is sent as it is."""
        self.answers.append(
            (status, {} if body is None else body, {k.replace("_", "-"): v for k, v in headers.items()})
        )


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    """The server, on a port of its own."""
    script = Scripted()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"] or 0)).decode())
            script.asked.append((self.path, self.headers["Idempotency-Key"], sent))
            status, body, headers = script.answers.pop(0)
            raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the library's names

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    script.address = f"http://127.0.0.1:{server.server_port}"
    yield script
    server.shutdown()
    server.server_close()
    thread.join()


@contextmanager
def _practice_stripe(folder: Path) -> Iterator[str]:
    nobody = "http://127.0.0.1:9/webhooks"
    settings = PracticeSettings("127.0.0.1:0", nobody, ("whsec_x",), folder, "The Lantern", settles_after=0.1)
    with serving(settings) as address:
        yield address


@contextmanager
def _peer() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [PEER, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    account = f"http://127.0.0.1:{port}/worlds/payments"

    def opened() -> bool:
        assert process.poll() is None, "the peer did not start"
        body = json.dumps({"startup": {"livemode": False}}).encode()
        try:
            urlopen(Request(account, body, {"Content-Type": "application/json"}, method="PUT"), timeout=10).close()
        except (URLError, ConnectionError, TimeoutError):
            return False
        return True

    try:
        eventually(opened, seconds=90)
        yield account
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=20)


@pytest.fixture(
    scope="session",
    params=[
        "practice",
        pytest.param(
            "peer",
            marks=[
                pytest.mark.peer,
                pytest.mark.skipif(not PEER.exists(), reason="no Stripe peer stands beside this checkout"),
            ],
        ),
    ],
)
def stand_in(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of something that answers as Stripe does."""
    with _practice_stripe(tmp_path_factory.mktemp("practice")) if request.param == "practice" else _peer() as address:
        yield address
