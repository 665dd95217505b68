"""Serving Practice Stripe: one process, a thread for each request, and the rounds beside them.

Werkzeug's threaded server, not gunicorn: it is one process on loopback with a thread of its own, which must
start after any fork and stop at a signal; there is no load to serve, and nothing to fork for.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from practice.application import create_app
from practice.settings import PracticeSettings
from practice.webhooks.loop import Rounds


class _Quiet(WSGIRequestHandler):
    """Logs no requests: their paths carry payment pages that only the payer should know."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing of broken connections either."""


@contextmanager
def serving(settings: PracticeSettings) -> Iterator[str]:
    """Serve inside the block; yields the address (`http://host:port`, a port of 0 having become one)."""
    host, _, port = settings.bind.rpartition(":")
    application = create_app(settings)
    rounds: Rounds = application.extensions["rounds"]
    server = make_server(host.strip("[]"), int(port), application, threaded=True, request_handler=_Quiet)
    listening = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="practice", daemon=True
    )
    listening.start()
    rounds.start()
    try:
        yield f"http://{host}:{server.port}"
    finally:
        rounds.stop()
        server.shutdown()
        server.server_close()
        listening.join(timeout=2)
