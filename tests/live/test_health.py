"""The answer to /healthz: what it says, how often it looks, and what it does when a look hangs."""

import asyncio
import threading

import pytest

from app.live import health
from app.live.conversation import Message
from app.live.health import Health


async def ask(of: Health, method: str = "GET") -> tuple[int, bytes]:
    messages: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        messages.append(message)

    await of({"method": method}, receive, send)
    return messages[0]["status"], messages[1]["body"]


def test_it_is_200_when_the_process_can_serve_and_503_when_it_cannot() -> None:
    async def scenario() -> None:
        assert await ask(Health(lambda: True)) == (200, b"well\n")
        assert await ask(Health(lambda: False)) == (503, b"not well\n")
        assert (await ask(Health(lambda: True), "HEAD"))[0] == 200
        assert (await ask(Health(lambda: True), "POST"))[0] == 405

    asyncio.run(scenario())


def test_a_look_that_fails_is_503_and_tells_strangers_nothing() -> None:
    def look() -> bool:
        raise OSError("host db.internal refused")

    assert asyncio.run(ask(Health(look))) == (503, b"not well\n")


def test_many_who_ask_at_once_share_one_look() -> None:
    looks = []

    async def scenario() -> None:
        of = Health(lambda: not looks.append(1))
        assert {status for status, _ in await asyncio.gather(*(ask(of) for _ in range(50)))} == {200}
        await ask(of)

    asyncio.run(scenario())
    assert len(looks) == 1


def test_a_look_that_hangs_is_503_and_is_not_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_LONGEST", 0.05)
    monkeypatch.setattr(health, "_STANDS", 0)
    goes_on, looks = threading.Event(), []

    def look() -> bool:
        looks.append(1)
        return goes_on.wait(10)

    async def scenario() -> None:
        of = Health(look)
        assert (await ask(of))[0] == 503
        assert (await ask(of))[0] == 503
        assert len(looks) == 1
        goes_on.set()
        async with asyncio.timeout(10):
            while (await ask(of))[0] != 200:
                await asyncio.sleep(0.01)

    asyncio.run(scenario())
