"""The calibration of the live totals: asyncio on uvloop, and nothing else between a message and its connections.

`python -m tests.bench.bare_broadcast PORT BYTES` greets every connection with an event, and sends all of them another
one of that size for each line of its input.
"""

import asyncio
import sys
from typing import Any

import uvloop

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"


class _Connection(asyncio.Protocol):
    def __init__(self, everyone: set[Any], event: bytes) -> None:
        self._everyone, self._event = everyone, event

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no declared class.
        self._transport: Any = transport
        self._everyone.add(self._transport)

    def data_received(self, _data: bytes) -> None:
        self._transport.write(_HEAD + self._event)

    def connection_lost(self, _error: Exception | None) -> None:
        self._everyone.discard(self._transport)


async def _serve(port: int, size: int) -> None:
    loop = asyncio.get_running_loop()
    everyone: set[Any] = set()
    event = b"data: " + b"x" * (size - 8) + b"\n\n"
    server = await loop.create_server(lambda: _Connection(everyone, event), "127.0.0.1", port, backlog=4096)
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    while await asked.readline():
        for transport in everyone:
            transport.write(event)
    server.close()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
