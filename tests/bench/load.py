"""A load client in a process of its own: keep-alive connections that send prepared requests as fast as answers come.

`python -m tests.bench.load PORT CONNECTIONS FILE` reads pickled requests (raw bytes) and prints JSON.
"""

import asyncio
import json
import pickle
import subprocess
import sys
import time
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

import uvloop

from tests.bench.measuring import percentile


@dataclass(frozen=True)
class Load:
    """What came of a load: answers a second, the 99th percentile of the waits in seconds, how many of each status."""

    rate: float
    p99: float
    statuses: dict[int, int]
    body_bytes: int


def request(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> bytes:
    """One request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def put(
    port: int, requests: list[bytes], folder: Path, *, connections: int = 8, expected: tuple[int, ...] = (200,)
) -> Load:
    """Send the requests, each once; raises when an answer is not one of those expected."""
    file = folder / "requests.pickle"
    file.write_bytes(pickle.dumps(requests))
    said = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", str(port), str(connections), str(file)],
        check=True, capture_output=True, timeout=600,
    ).stdout  # fmt: skip
    values = json.loads(said)
    load = Load(values["rate"], values["p99"], {int(k): v for k, v in values["statuses"].items()}, values["bytes"])
    if not set(load.statuses) <= set(expected):
        raise RuntimeError(f"expected {expected} only, got {load.statuses}")
    return load


def etag(port: int, path: str) -> str:
    """The ETag of a page."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        return answer.headers["ETag"]
    finally:
        connection.close()


class _Connection(asyncio.Protocol):
    """One connection: the next request goes out when the last one's answer is in."""

    def __init__(self, requests: list[bytes], statuses: dict[int, int], waits: list[float]) -> None:
        self.requests, self.statuses, self.waits = requests, statuses, waits
        self.buffer = bytearray()
        self.body_bytes = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]

    def send_next(self) -> None:
        if not self.requests:
            self.transport.close()
            self.done.set_result(None)
            return
        self.sent = time.perf_counter()
        self.transport.write(self.requests.pop())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self._answer_ends()
        if end:
            self.waits.append(time.perf_counter() - self.sent)
            status = int(self.buffer[9:12])
            self.statuses[status] = self.statuses.get(status, 0) + 1
            del self.buffer[:end]
            self.send_next()

    def _answer_ends(self) -> int:
        """Where the answer in the buffer ends; 0 while it is not whole."""
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return 0
        lines = self.buffer[:head].lower()
        head += 4
        if b"transfer-encoding: chunked" in lines:
            end = self.buffer.find(b"\r\n0\r\n\r\n", head - 2)
            if end < 0:
                return 0
            self.body_bytes += end - head
            return end + 7
        at = lines.find(b"content-length:")
        length = int(lines[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self.buffer) < head + length:
            return 0
        self.body_bytes += length
        return head + length

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server closed a connection"))


async def _send(port: int, connections: int, requests: list[bytes]) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    statuses: dict[int, int] = {}
    waits: list[float] = []
    requests.reverse()
    made = [
        (await loop.create_connection(lambda: _Connection(requests, statuses, waits), "127.0.0.1", port))[1]
        for _ in range(min(connections, len(requests)))
    ]
    began, count = time.perf_counter(), len(requests)
    for connection in made:
        connection.send_next()
    await asyncio.gather(*(connection.done for connection in made))
    seconds = time.perf_counter() - began
    return {
        "rate": count / seconds,
        "p99": percentile(waits, 0.99),
        "statuses": statuses,
        "bytes": sum(connection.body_bytes for connection in made),
    }


if __name__ == "__main__":
    _, _port, _connections, _file = sys.argv
    print(json.dumps(uvloop.run(_send(int(_port), int(_connections), pickle.loads(Path(_file).read_bytes())))))  # noqa: S301
