"""`flask serve`: the web server, gunicorn with its own ASGI worker."""

import errno
import gc
import resource
import socket
from functools import partial
from typing import Any

import click
from flask.cli import with_appcontext
from gunicorn import util
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gasgi import ASGIWorker

from app.cli.starting import begin_books
from app.database import db
from app.services import services

# Each process makes its application anew, after the fork. The composition stands above the interfaces: it is named, not
# imported.
_APPLICATION = "app.asgi:create_application()"
# How many connections one process holds, streams included.
_CONNECTIONS = 20_000
# Seconds that running requests may still take when the server is told to stop.
_GRACE = 10


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Serve the site on BIND with WEB_CONCURRENCY processes, until told to stop."""
    settings = services().settings
    begin_books(settings)
    refuse_if_taken(settings.bind)
    _open_as_many_files_as_allowed()
    # No connection of this process may be shared with its children.
    db.session.remove()
    db.engine.dispose()
    Server(settings.bind, settings.web_concurrency).run()


class EndsStreams(ASGIWorker):  # type: ignore[misc]
    """gunicorn's ASGI worker, which tells the streams that it is to stop: it waits for connections, and they never end.

    The lifespan protocol would tell them too, but only after that wait.
    """

    def _setup_event_loop(self) -> None:
        """Let as many callers wait to be answered as the settings say: the loop's own 100 would turn a crowd away."""
        super()._setup_event_loop()
        self.loop.create_server = partial(self.loop.create_server, backlog=self.cfg.backlog)

    def handle_exit_signal(self) -> None:
        """Stop in good order (SIGTERM)."""
        super().handle_exit_signal()
        self.asgi.close_streams()


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with everything set here: neither its files nor its environment variables have a say."""

    def __init__(self, bind: str, processes: int, application: str = _APPLICATION) -> None:
        """Serve `application` (a module and an expression in it) on `bind`."""
        self._application = application
        self._options: dict[str, Any] = {
            "bind": bind,
            "workers": processes,
            "worker_class": EndsStreams,
            "worker_connections": _CONNECTIONS,
            "graceful_timeout": _GRACE,
            "keepalive": 5,
            # Whoever has left is not waited for; a thread that still works for them comes to its end by itself.
            "asgi_disconnect_grace_period": 0,
            # Whose request it was, and for which page, is nobody's to keep.
            "accesslog": None,
            # Who the client is, Flask decides from TRUSTED_PROXIES alone.
            "forwarded_allow_ips": "",
            "control_socket_disable": True,
            "proc_name": "whipround",
        }
        super().__init__()

    def load_config(self) -> None:
        """Take the settings above."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the application; called in each process.

        What stands now stands until the end: the garbage collector need not walk through it again and again, which
        would hold up the streams and take a copy of every page of memory that the processes share.
        """
        gc.freeze()
        application = util.import_app(self._application)
        gc.collect()
        gc.freeze()
        return application


def refuse_if_taken(bind: str) -> None:
    """Exit with the reason in words when nothing can listen on `bind`; gunicorn would try five times, then give up."""
    host, port = util.parse_address(bind)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except (OSError, OverflowError) as refusal:
            taken = isinstance(refusal, OSError) and refusal.errno == errno.EADDRINUSE
            why = "the port is taken" if taken else refusal
            raise click.ClickException(f"Cannot listen on {bind}: {why}. Stop what uses it, or set BIND.") from refusal


def _open_as_many_files_as_allowed() -> None:
    """Every stream is an open file, and systems allow few unless asked."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
