"""GET /live/appeals/<slug>: the appeal's fragment, now and whenever it changes, as server-sent events.

https://html.spec.whatwg.org/multipage/server-sent-events.html

Who is at the other end of a conversation: its network, as our own proxies tell it.
"""

import asyncio
import logging
import random
from collections import Counter
from typing import Any

from app import limits
from app.live.conversation import GUARDED, Headers, Receive, Scope, Send, answer, header
from app.live.watching import Broadcasting


def network_of(scope: Scope, proxies: int) -> str:
    """The network that a request comes from, when `proxies` proxies of ours stand in front.

    Each of them adds to X-Forwarded-For whom it spoke to, at the end; what stands before that anybody may have
    written. Flask is told the same by Werkzeug's ProxyFix.
    """
    client = scope.get("client")
    address = str(client[0]) if client else ""
    if proxies:
        forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").split(b",")
        if len(forwarded) >= proxies:
            address = forwarded[-proxies].decode("latin-1").strip()
    return limits.network_of(address)


log = logging.getLogger(__name__)

_PREFIX = "/live/appeals/"
_LONGEST_SLUG = 80
# How many streams one network may hold: enough for a whole newsroom or school, too few to leave nobody else room.
_MOST_EACH = 200
# Milliseconds after which a browser that lost its stream asks again; drawn anew for each, so that a crowd spreads.
_AGAIN = (2000, 5000)


class Streams:
    """The streams of one process."""

    def __init__(self, broadcasting: Broadcasting, most: int, guards: Headers = GUARDED, proxies: int = 0) -> None:
        """No more than `most` streams at a time. `guards` go with each answer; `proxies` of ours stand in front."""
        self._broadcasting, self._most, self._guards, self._proxies = broadcasting, most, guards, proxies
        self._headers = [(b"content-type", b"text/event-stream"), (b"x-accel-buffering", b"no"), *guards]
        self._open, self._closed = 0, False
        self._held_by: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request under /live/."""
        slug, network = scope["path"].removeprefix(_PREFIX), network_of(scope, self._proxies)
        if not scope["path"].startswith(_PREFIX) or "/" in slug or not 0 < len(slug) <= _LONGEST_SLUG:
            await answer(send, 404, "There is nothing here.", self._guards)
        elif scope["method"] != "GET":
            await answer(send, 405, "Only GET is answered here.", [*self._guards, (b"allow", b"GET")])
        elif self._closed or self._open >= self._most:
            await self._put_off(send, 503, "There is no room for another stream just now.", b"30")
        elif self._held_by[network] >= _MOST_EACH:
            await self._put_off(send, 429, "Your network holds as many streams as one may.", b"30")
        else:
            self._open += 1
            self._held_by[network] += 1
            try:
                await self._stream(slug, header(scope, b"last-event-id") or b"", receive, send)
            finally:
                self._open -= 1
                self._held_by[network] -= 1
                if not self._held_by[network]:
                    del self._held_by[network]

    def close(self) -> None:
        """End every stream and take no new one."""
        self._closed = True
        self._broadcasting.close()

    async def _put_off(self, send: Send, status: int, text: str, seconds: bytes) -> None:
        await answer(send, status, text, [*self._guards, (b"retry-after", seconds)])

    async def _stream(self, slug: str, last_event_id: bytes, receive: Receive, send: Send) -> None:
        try:
            found = await self._broadcasting.find(slug)
        except Exception as failure:
            # Whatever it was, a line says it: thousands of browsers may come back while the database is away.
            log.warning("a total could not be read: %s", type(failure).__name__)
            await self._put_off(send, 503, "The total cannot be read just now.", b"10")
            return
        if found is None:
            await answer(send, 404, "There is no such appeal.", self._guards)
            return
        version = found.version
        first = f"retry: {random.randint(*_AGAIN)}\n\n".encode()  # noqa: S311 - it spreads a crowd, it guards nothing
        if version.encode() != last_event_id:
            first += found.event
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": first, "more_body": True})
        task: asyncio.Task[Any] | None = asyncio.current_task()
        assert task is not None  # noqa: S101 - a coroutine that runs has a task
        watched = self._broadcasting.join(found, version, send, task)
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._broadcasting.leave(watched, send)
