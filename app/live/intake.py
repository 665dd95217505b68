"""Taking in a request as a whole before one of Flask's few threads is given to it.

A thread that waited for the bytes of a slow sender, or for a slow reader of its answer, would be lost to everybody
else: eight of them would stop the site. So bodies are read here, on the loop, within a size and a time; and answers
are handed over by `PacedAnswer`.

Handing an answer over to its reader, who may be slow or leave, without keeping the thread that wrote it.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from app.live.conversation import GUARDED, Application, Headers, Message, Receive, Scope, Send, answer, header

# Bytes: how much of one answer is held for its reader before the thread has to wait; how much of all answers.
_ONE, _ALL = 1024 * 1024, 64 * 1024 * 1024
# Seconds without reading anything, after which a reader is taken for gone.
_PATIENCE = 30.0


@dataclass(slots=True)
class Shelf:
    """How many bytes of answers one process holds at the moment."""

    held: int = 0


class PacedAnswer:
    """One answer on its way: written by a thread, by way of its adapter, and read by a connection."""

    def __init__(self, shelf: Shelf) -> None:
        """Nothing is written yet."""
        self._shelf = shelf
        self._messages: deque[Message] = deque()
        self._held = 0
        self._over = False
        self._written, self._drained = asyncio.Event(), asyncio.Event()

    async def write(self, message: Message) -> None:
        """Take a part of the answer; waits while too much is unread, but never for a reader who is gone."""
        if self._over:
            return
        self._count(len(message.get("body", b"")))
        self._messages.append(message)
        self._written.set()
        if self._held > _ONE or self._shelf.held > _ALL:
            self._drained.clear()
            await self._drained.wait()

    def end(self) -> None:
        """Nothing more will be written, or nothing more will be read."""
        self._over = True
        self._written.set()
        self._drained.set()

    async def read(self, send: Send) -> None:
        """Pass the answer on, part by part, to its end. A reader who takes nothing for too long is left standing."""
        try:
            while True:
                await self._written.wait()
                if not self._messages:
                    return
                message = self._messages.popleft()
                async with asyncio.timeout(_PATIENCE):
                    await send(message)
                self._count(-len(message.get("body", b"")))
                if self._held <= _ONE // 2:
                    self._drained.set()
                if not self._messages and not self._over:
                    self._written.clear()
        except TimeoutError:
            pass
        finally:
            self.end()
            self._count(-self._held)

    def _count(self, size: int) -> None:
        self._held += size
        self._shelf.held += size


LARGEST = 1024 * 1024


@dataclass(slots=True)
class Measure:
    """What is taken in at some addresses: bytes of one body, bytes of all that are being taken in at a time, in one
    process, and seconds to send one. `taken` is how much is there now."""

    largest: int = LARGEST
    altogether: int = 64 * LARGEST
    patience: float = 20.0
    taken: int = 0


class Intake:
    """Stands before an application whose threads are few."""

    def __init__(
        self, behind: Application, guards: Headers = GUARDED, wider: Mapping[str, Measure] | None = None
    ) -> None:
        """`behind` is the application, as ASGI; `guards` go with each answer that is not its own. `wider` are paths
        with a measure of their own: whoever fills that leaves room for everybody else."""
        self._behind = behind
        self._usual, self._wider = Measure(), dict(wider or {})
        # What was not taken in is still on its way: nothing else can be read from that connection.
        self._refusing = [*guards, (b"connection", b"close")]
        self._shelf = Shelf()
        self._running: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one request, or answer 413 when it is too large, 408 when too slow, 503 when there are too many."""
        measure = self._wider.get(scope["path"], self._usual)
        announced = header(scope, b"content-length")
        if announced is not None and int(announced) > measure.largest:
            await answer(send, 413, "That is more than can be taken.", self._refusing)
            return
        body = bytearray()
        try:
            try:
                async with asyncio.timeout(measure.patience):
                    refusal = await _take(receive, body, measure)
            except TimeoutError:
                refusal = 408, "That took too long to arrive."
            if refusal is None:
                await self._pass_on(_with_length(scope, len(body)), bytes(body), send)
            else:
                await answer(send, *refusal, self._refusing)
        finally:
            measure.taken -= len(body)

    async def _pass_on(self, scope: Scope, body: bytes, send: Send) -> None:
        answer = PacedAnswer(self._shelf)

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        running = asyncio.create_task(self._behind(scope, receive, answer.write))
        # The loop alone keeps no task alive, and a thread whose reader has gone must still come to its end.
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        running.add_done_callback(lambda _: answer.end())
        await answer.read(send)
        if running.done():
            running.result()


async def _take(receive: Receive, body: bytearray, measure: Measure) -> tuple[int, str] | None:
    """Take in the whole body; what to answer if that is not to be."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return 408, "That did not arrive."
        chunk = message.get("body", b"")
        body += chunk
        measure.taken += len(chunk)
        if len(body) > measure.largest:
            return 413, "That is more than can be taken."
        if measure.taken > measure.altogether:
            return 503, "There is too much to do just now. Please try again."
        more = message.get("more_body", False)
    return None


def _with_length(scope: Scope, length: int) -> Scope:
    """The request with its body's true length: WSGI knows no other way to say where a body ends.

    PEP 3333 lets an application read no further than CONTENT_LENGTH, so a chunked body without one would be lost.
    """
    if header(scope, b"transfer-encoding") is None:
        return scope
    headers = [pair for pair in scope["headers"] if pair[0] not in (b"transfer-encoding", b"content-length")]
    return {**scope, "headers": [*headers, (b"content-length", str(length).encode())]}
