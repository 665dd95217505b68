"""Taking in requests: sizes, slow senders, and readers who leave, before an adapter with a single thread."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

import pytest
from a2wsgi import WSGIMiddleware

from app.live import intake
from app.live.conversation import Application, Message, Receive, Scope, Send
from app.live.intake import LARGEST, Intake, Measure

PATIENCE = 10


def pages(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Echoes what it is sent; at /long it answers without end of patience: far more than any buffer holds."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    if environ["PATH_INFO"] == "/long":
        return (b"x" * 1000 for _ in range(1000))
    return [environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))]


class Caller:
    """One request: the pieces it sends, then silence; and what it was answered."""

    def __init__(self, *pieces: bytes, path: str = "/", whole: bool = True, **headers: str) -> None:
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "query_string": b"",
            "http_version": "1.1",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        self._pieces = list(pieces) or [b""]
        self._whole = whole
        self.messages: list[Message] = []
        self.reads = True

    async def receive(self) -> Message:
        if not self._pieces:
            await asyncio.Event().wait()
        piece = self._pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(self._pieces) or not self._whole}

    async def send(self, message: Message) -> None:
        self.messages.append(message)
        if not self.reads and message["type"] == "http.response.body":
            await asyncio.Event().wait()

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)


def one_thread() -> Intake:
    return Intake(cast(Application, WSGIMiddleware(cast(Any, pages), workers=1)))


async def ask(at: Intake, caller: Caller) -> Caller:
    async with asyncio.timeout(PATIENCE):
        await at(caller.scope, caller.receive, caller.send)
    return caller


def test_a_body_arrives_whole_whether_its_length_was_announced_or_not() -> None:
    async def scenario() -> None:
        at = one_thread()
        assert (await ask(at, Caller(b"ab", b"cd", content_length="4"))).body == b"abcd"
        assert (await ask(at, Caller(b"ab", b"", b"cd", transfer_encoding="chunked"))).body == b"abcd"
        assert (await ask(at, Caller())).body == b""

    asyncio.run(scenario())


def test_a_body_that_is_too_large_is_refused_before_a_thread_is_given_to_it() -> None:
    async def scenario() -> None:
        at = one_thread()
        announced = await ask(at, Caller(whole=False, content_length=str(LARGEST + 1)))
        assert announced.status == 413
        assert (b"connection", b"close") in announced.messages[0]["headers"]
        pieces = [b"x" * (LARGEST // 4)] * 5
        assert (await ask(at, Caller(*pieces, transfer_encoding="chunked"))).status == 413
        fits = [b"x" * (LARGEST // 4)] * 4
        assert len((await ask(at, Caller(*fits, transfer_encoding="chunked"))).body) == LARGEST

    asyncio.run(scenario())


def test_a_sender_who_never_ends_holds_no_thread_and_is_sent_away() -> None:
    async def scenario() -> None:
        at = one_thread()
        at._usual.patience = 0.3
        slow = [asyncio.create_task(ask(at, Caller(b"a", whole=False))) for _ in range(5)]
        assert (await ask(at, Caller(b"quick", content_length="5"))).body == b"quick"
        assert {caller.status for caller in await asyncio.gather(*slow)} == {408}

    asyncio.run(scenario())


def test_too_many_bodies_at_a_time_are_put_off() -> None:
    async def scenario() -> None:
        at = one_thread()
        at._usual.altogether = 10
        first = asyncio.create_task(ask(at, Caller(b"12345678", whole=False)))
        await asyncio.sleep(0)
        assert (await ask(at, Caller(b"12345678"))).status == 503
        first.cancel()
        await asyncio.wait([first])
        assert (await ask(at, Caller(b"12345678", content_length="8"))).body == b"12345678"

    asyncio.run(scenario())


def test_a_path_with_a_measure_of_its_own_takes_more_and_being_full_is_in_nobodys_way() -> None:
    async def scenario() -> None:
        wide = Measure(largest=LARGEST + 8, altogether=LARGEST + 10, patience=0.3)
        at = Intake(cast(Application, WSGIMiddleware(cast(Any, pages), workers=1)), wider={"/wide": wide})
        large = b"x" * (LARGEST + 1)
        assert len((await ask(at, Caller(large, path="/wide", transfer_encoding="chunked"))).body) == len(large)
        assert (await ask(at, Caller(large, path="/wide/more", transfer_encoding="chunked"))).status == 413
        assert (await ask(at, Caller(path="/wide", content_length=str(LARGEST + 9)))).status == 413
        first = asyncio.create_task(ask(at, Caller(large, path="/wide", whole=False)))
        await asyncio.sleep(0)
        assert (await ask(at, Caller(b"x" * 20, path="/wide"))).status == 503
        assert (await ask(at, Caller(b"x" * 20, content_length="20"))).body == b"x" * 20
        assert (await first).status == 408
        assert wide.taken == 0

    asyncio.run(scenario())


async def stopped_reading(reader: Caller) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(reader.messages) < 2:
            await asyncio.sleep(0.01)


def test_a_slow_reader_holds_no_thread() -> None:
    async def scenario() -> None:
        at, reader = one_thread(), Caller(path="/long")
        reader.reads = False
        reading = asyncio.create_task(ask(at, reader))
        await stopped_reading(reader)
        assert (await ask(at, Caller(b"next", content_length="4"))).body == b"next"
        reading.cancel()
        await asyncio.wait([reading])

    asyncio.run(scenario())


def test_a_reader_who_leaves_in_the_middle_gives_the_thread_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_ONE", 5000)

    async def scenario() -> None:
        at, reader = one_thread(), Caller(path="/long")
        reader.reads = False
        reading = asyncio.create_task(ask(at, reader))
        await stopped_reading(reader)
        # The server cancels the conversation when the connection is lost.
        reading.cancel()
        await asyncio.wait([reading])
        assert (await ask(at, Caller(b"next", content_length="4"))).body == b"next"
        assert at._shelf.held == 0

    asyncio.run(scenario())


@pytest.mark.parametrize("limit", ["_ONE", "_ALL"])
def test_a_reader_who_takes_nothing_gives_the_thread_back_in_time(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(intake, limit, 5000)
    monkeypatch.setattr(intake, "_PATIENCE", 0.2)

    async def scenario() -> None:
        at, reader = one_thread(), Caller(path="/long")
        reader.reads = False
        await ask(at, reader)
        assert len(reader.messages) == 2
        assert (await ask(at, Caller(b"next", content_length="4"))).body == b"next"
        assert at._shelf.held == 0

    asyncio.run(scenario())


def test_a_long_answer_arrives_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "_ONE", 5000)
    read = asyncio.run(ask(one_thread(), Caller(path="/long")))
    assert read.body == b"x" * 1_000_000
    assert read.messages[-1].get("more_body", False) is False


def test_what_fails_behind_fails_before() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(ask(Intake(broken), Caller()))
