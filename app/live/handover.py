"""Handing an answer over to its reader, who may be slow or leave, without keeping the thread that wrote it."""

import asyncio
from collections import deque
from dataclasses import dataclass

from app.live.conversation import Message, Send

# Bytes: how much of one answer is held for its reader before the thread has to wait; how much of all answers.
_ONE, _ALL = 1024 * 1024, 64 * 1024 * 1024
# Seconds without reading anything, after which a reader is taken for gone.
_PATIENCE = 30.0


@dataclass(slots=True)
class Shelf:
    """How many bytes of answers one process holds at the moment."""

    held: int = 0


class Handover:
    """One answer on its way: written by a thread, by way of its adapter, and read by a connection."""

    def __init__(self, shelf: Shelf) -> None:
        """Nothing is written yet."""
        self._shelf = shelf
        self._messages: deque[Message] = deque()
        self._held = 0
        self._over = False
        self._written, self._room = asyncio.Event(), asyncio.Event()

    async def write(self, message: Message) -> None:
        """Take a part of the answer; waits while too much is unread, but never for a reader who is gone."""
        if self._over:
            return
        self._count(len(message.get("body", b"")))
        self._messages.append(message)
        self._written.set()
        if self._held > _ONE or self._shelf.held > _ALL:
            self._room.clear()
            await self._room.wait()

    def end(self) -> None:
        """Nothing more will be written, or nothing more will be read."""
        self._over = True
        self._written.set()
        self._room.set()

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
                    self._room.set()
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
