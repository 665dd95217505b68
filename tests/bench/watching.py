"""Watching: a process that holds thousands of open streams, and says when each of them heard the news.

`python -m tests.bench.watching PORT PATH NUMBER` opens them, prints a line, and from then on answers each line of its
input with the moments (on the clock that all processes share) at which the news had reached every stream.
"""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvloop

from tests.bench.load import request

# How many streams are opened at a time; seconds until the news counts as lost.
_AT_A_TIME, _LOST = 100, 20.0


class Watchers:
    """The process, as the bench talks to it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._answer()

    def _answer(self) -> list[float]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the watchers ended")
        moments: list[float] = json.loads(line)
        return moments

    def expect(self) -> None:
        """What comes from now on is news."""
        assert self._process.stdin
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._answer()

    def heard(self) -> list[float]:
        """The moments at which the streams heard the news; fewer than there are streams when some did not."""
        return self._answer()


@contextmanager
def watchers(port: int, path: str, number: int) -> Iterator[Watchers]:
    """That many open streams."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.watching", str(port), path, str(number)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Watchers(process)
    finally:
        process.kill()
        process.communicate()


class _Stream(asyncio.Protocol):
    """One stream. An event may come in pieces: it has been heard when its empty line has."""

    def __init__(self, crowd: "_Crowd") -> None:
        self._room, self._tail = crowd, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are of no declared class.
        self._transport: Any = transport
        self._transport.write(request("GET", self._room.path, {"Accept": "text/event-stream"}))

    def data_received(self, data: bytes) -> None:
        data, now = self._tail + data, time.monotonic()
        self._tail = data[-2000:]
        if b"data: " in data and b"\n\n" in data[data.rfind(b"data: ") :]:
            self._tail = b""
            self._room.hear(now)

    def connection_lost(self, _error: Exception | None) -> None:
        self._room.lost += 1


class _Crowd:
    """All streams of this process."""

    def __init__(self, path: str, number: int) -> None:
        self.path, self.number, self.lost = path, number, 0
        self._moments: list[float] = []
        self._all = asyncio.Event()

    def hear(self, moment: float) -> None:
        self._moments.append(moment)
        if len(self._moments) == self.number:
            self._all.set()

    async def everyone(self) -> list[float]:
        try:
            async with asyncio.timeout(_LOST):
                await self._all.wait()
        except TimeoutError:
            pass
        moments, self._moments = self._moments, []
        self._all.clear()
        return moments


async def _watch(port: int, path: str, number: int) -> None:
    loop = asyncio.get_running_loop()
    crowd = _Crowd(path, number)
    for first in range(0, number, _AT_A_TIME):
        # One address may hold a few hundred streams alone; these come from many, as a crowd's do.
        own = (f"127.0.1.{1 + first // _AT_A_TIME}", 0)
        await asyncio.gather(
            *(
                loop.create_connection(lambda: _Stream(crowd), "127.0.0.1", port, local_addr=own)
                for _ in range(min(number, _AT_A_TIME))
            )
        )
    print(json.dumps(await crowd.everyone()), flush=True)
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    while await asked.readline():
        print("[]", flush=True)
        print(json.dumps(await crowd.everyone()), flush=True)


if __name__ == "__main__":
    _, _port, _path, _number = sys.argv
    uvloop.run(_watch(int(_port), _path, int(_number)))
