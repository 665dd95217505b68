"""The composition of the web server: one port, behind which the live streams and Flask stand side by side.

A stream holds its connection for hours, and Flask's threads are few; so the streams and the check of health are
answered on the loop, and everything else goes to Flask through an adapter with a stated number of threads.
"""

from typing import Any, cast

from a2wsgi import WSGIMiddleware
from flask import Flask

from app.articles import images
from app.bank.formats import recognising
from app.cli import starting
from app.database import db
from app.factory import THREADS, create_app
from app.live.conversation import Application, Receive, Scope, Send, guards
from app.live.health import Health
from app.live.intake import Intake, Measure
from app.live.listening import listener
from app.live.streams import Streams
from app.live.watching import Broadcasting, Reading
from app.public import appeals
from app.services import services

# Where pictures and banks' files are uploaded; they may be larger than anything else, and take longer to arrive.
PICTURES = "/office/images"
BANK_FILES = "/office/bank/files"
# How many streams one process holds at a time; each takes about 20 kB and an open file.
MOST_STREAMS = 15_000
# Seconds between two signs of life on a silent stream: proxies cut what says nothing for a minute.
HEARTBEAT = 15.0


class Front:
    """The ASGI application that the server runs."""

    def __init__(self, streams: Streams, health: Health, pages: Intake) -> None:
        """Put the three side by side."""
        self._streams, self._health, self._pages = streams, health, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send each conversation to whom it is for; there are no websockets."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1000})
        elif scope["path"] == "/healthz":
            await self._health(scope, receive, send)
        elif scope["path"].startswith("/live/"):
            await self._streams(scope, receive, send)
        else:
            await self._pages(scope, receive, send)

    def close_streams(self) -> None:
        """End all streams: a server that is told to stop waits for its connections, and these never end."""
        self._streams.close()

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.shutdown":
                self.close_streams()
            await send({"type": f"{message['type']}.complete"})
            if message["type"] == "lifespan.shutdown":
                return


def create_application() -> Front:
    """What each server process runs, with the settings from the environment."""
    return build(create_app(), appeals.render)


def build(app: Flask, read: Reading, *, heartbeat: float = HEARTBEAT) -> Front:
    """The web server's application around Flask's; `read` renders an appeal's fragment, inside `app`'s context.

    It belongs to one process and one event loop, and is built there.
    """

    def read_in_context(slug: str) -> tuple[str, str] | None:
        with app.app_context():
            return read(slug)

    def look() -> bool:
        with app.app_context():
            return starting.schema_is_current()

    with app.app_context():
        url = db.engine.url
    settings = services(app).settings
    headers = guards(secure=settings.secure)
    broadcasting = Broadcasting(read_in_context, listener(url), heartbeat)
    pages = cast(Application, WSGIMiddleware(cast(Any, app), workers=THREADS))
    streams = Streams(broadcasting, MOST_STREAMS, headers, settings.trusted_proxies)
    # A form around the picture takes some bytes too; two pictures at a time are enough.
    pictures = Measure(images.LARGEST + 64 * 1024, 2 * images.LARGEST + 128 * 1024, patience=60.0)
    bank_files = Measure(recognising.LARGEST + 64 * 1024, 2 * recognising.LARGEST + 128 * 1024, patience=60.0)
    wider = {PICTURES: pictures, BANK_FILES: bank_files}
    return Front(streams, Health(look, headers), Intake(pages, headers, wider))
