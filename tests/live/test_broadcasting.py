"""Broadcasting inside one process: who gets what, and what becomes of those who do not read."""

import asyncio
from collections.abc import Callable

import pytest

from app.live import streams, watching
from app.live.conversation import Message
from app.live.streams import Streams
from app.live.watching import Broadcasting

PATIENCE = 10


class Totals:
    """What is read, and who asked."""

    def __init__(self) -> None:
        self.version, self.readings, self.broken = 0, 0, False

    def read(self, slug: str) -> tuple[str, str] | None:
        self.readings += 1
        if self.broken:
            raise OSError("the database is away")
        return (f"v{self.version}", f"<p>\n{self.version}\n</p>") if slug == "roof" else None


class Browser:
    """One conversation: what it asks, and what it was sent. One that sleeps takes nothing any more."""

    def __init__(self, slug: str = "roof", address: str = "203.0.113.9", **headers: str) -> None:
        self.scope = {
            "type": "http",
            "client": (address, 50_000),
            "method": "GET",
            "path": f"/live/appeals/{slug}",
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }
        self.messages: list[Message] = []
        self.asleep = self.broken = False
        self._left = asyncio.Event()

    async def receive(self) -> Message:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.messages.append(dict(message))
        if self.asleep:
            await asyncio.Event().wait()
        if self.broken:
            raise ConnectionResetError

    def leave(self) -> None:
        self._left.set()

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def body(self) -> str:
        return b"".join(message.get("body", b"") for message in self.messages).decode()


async def never(changed: Callable[[], None]) -> None:
    changed()
    await asyncio.Event().wait()


async def becomes_true(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.01)


class Installation:
    """Streams over totals that nobody announces, so that only reading again finds what moved."""

    def __init__(self, most: int = 10, heartbeat: float = 60) -> None:
        self.totals = Totals()
        self.streams = Streams(Broadcasting(self.totals.read, never, heartbeat), most)

    def open(self, browser: Browser) -> asyncio.Task[None]:
        return asyncio.create_task(self.streams(browser.scope, browser.receive, browser.send))


def test_what_moves_is_sent_to_all_and_what_stays_is_not_sent_again() -> None:
    async def scenario() -> None:
        whipround, one, other = Installation(), Browser(), Browser()
        tasks = [whipround.open(one), whipround.open(other)]
        await becomes_true(lambda: "v0" in one.body and "v0" in other.body)
        whipround.totals.version = 1
        await becomes_true(lambda: "v1" in one.body and "v1" in other.body)
        assert one.body.endswith("id: v1\ndata: <p>\ndata: 1\ndata: </p>\n\n")
        readings = whipround.totals.readings
        await becomes_true(lambda: whipround.totals.readings > readings + 1)
        assert one.body.count("id: ") == 2
        one.leave()
        other.leave()
        await asyncio.gather(*tasks)

    asyncio.run(scenario())


def test_nothing_is_read_when_nobody_watches_any_more() -> None:
    async def scenario() -> None:
        whipround, browser = Installation(), Browser()
        task = whipround.open(browser)
        await becomes_true(lambda: "v0" in browser.body)
        browser.leave()
        await task
        await becomes_true(lambda: not [t for t in asyncio.all_tasks() if t is not asyncio.current_task()])
        whipround.totals.version = 7
        again = Browser()
        task = whipround.open(again)
        await becomes_true(lambda: "v7" in again.body)
        again.leave()
        await task
        assert "v0" not in again.body

    asyncio.run(scenario())


@pytest.mark.parametrize("trouble", ["asleep", "broken"])
def test_a_browser_that_does_not_read_loses_its_stream_and_holds_up_nobody(trouble: str) -> None:
    async def scenario() -> None:
        whipround, sleeper, reader = Installation(), Browser(), Browser()
        asleep, awake = whipround.open(sleeper), whipround.open(reader)
        await becomes_true(lambda: "v0" in sleeper.body and "v0" in reader.body)
        setattr(sleeper, trouble, True)
        whipround.totals.version = 1
        await becomes_true(lambda: "v1" in reader.body)
        with pytest.raises(asyncio.CancelledError):
            await asleep
        reader.leave()
        await awake

    asyncio.run(scenario())


def test_a_silent_stream_gives_a_sign_of_life() -> None:
    async def scenario() -> None:
        whipround, browser = Installation(heartbeat=0.05), Browser()
        task = whipround.open(browser)
        await becomes_true(lambda: browser.body.count("\n:\n\n") > 0 or browser.body.count(":\n\n") > 1)
        browser.leave()
        await task
        assert browser.body.count("v0") == 1

    asyncio.run(scenario())


def test_totals_come_back_with_the_database() -> None:
    async def scenario() -> None:
        whipround, browser = Installation(), Browser()
        task = whipround.open(browser)
        await becomes_true(lambda: "v0" in browser.body)
        whipround.totals.broken = True
        readings = whipround.totals.readings
        await becomes_true(lambda: whipround.totals.readings > readings)
        whipround.totals.version, whipround.totals.broken = 1, False
        await becomes_true(lambda: "v1" in browser.body)
        browser.leave()
        await task
        assert browser.status == 200

    asyncio.run(scenario())


def test_a_stream_is_put_off_while_the_database_is_away() -> None:
    async def scenario() -> None:
        whipround, browser = Installation(), Browser()
        whipround.totals.broken = True
        await whipround.open(browser)
        assert browser.status == 503

    asyncio.run(scenario())


def test_one_network_cannot_hold_every_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "_MOST_EACH", 2)

    async def scenario() -> None:
        whipround = Installation()
        held = [Browser(address=f"2001:db8::{number}") for number in range(2)]
        tasks = [whipround.open(each) for each in held]
        await becomes_true(lambda: all("v0" in each.body for each in held))
        third, neighbour = Browser(address="2001:db8::3"), Browser(address="2001:db8:0:1::3")
        await whipround.open(third)
        assert third.status == 429
        assert (b"retry-after", b"30") in third.messages[0]["headers"]
        tasks.append(whipround.open(neighbour))
        await becomes_true(lambda: "v0" in neighbour.body)
        held[0].leave()
        await tasks[0]
        later = Browser(address="2001:db8::3")
        tasks.append(whipround.open(later))
        await becomes_true(lambda: "v0" in later.body)
        for browser in (held[1], neighbour, later):
            browser.leave()
        await asyncio.gather(*tasks)

    asyncio.run(scenario())


def test_what_was_not_found_is_not_looked_for_again_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario() -> None:
        whipround = Installation()
        for _ in range(20):
            browser = Browser("cellar")
            await whipround.open(browser)
            assert browser.status == 404
        assert whipround.totals.readings == 1
        monkeypatch.setattr(watching, "_STAYS_UNKNOWN", 0)
        await whipround.open(Browser("cellar"))
        assert whipround.totals.readings == 2

    asyncio.run(scenario())


def test_a_crowd_that_comes_at_once_shares_one_reading() -> None:
    async def scenario() -> None:
        whipround = Installation(most=200)
        crowd = [Browser() for _ in range(100)]
        tasks = [whipround.open(each) for each in crowd]
        await becomes_true(lambda: all("v0" in each.body for each in crowd))
        assert whipround.totals.readings <= 2
        for each in crowd:
            each.leave()
        await asyncio.gather(*tasks)

    asyncio.run(scenario())


def test_no_more_streams_are_held_than_allowed() -> None:
    async def scenario() -> None:
        whipround, first, second = Installation(most=1), Browser(), Browser()
        task = whipround.open(first)
        await becomes_true(lambda: "v0" in first.body)
        await whipround.open(second)
        assert second.status == 503
        first.leave()
        await task
        third = Browser(last_event_id="v0")
        task = whipround.open(third)
        await becomes_true(lambda: "retry" in third.body)
        assert "id: " not in third.body
        third.leave()
        await task

    asyncio.run(scenario())


def test_a_closed_server_ends_its_streams_and_takes_no_new_ones() -> None:
    async def scenario() -> None:
        whipround, first, late = Installation(), Browser(), Browser()
        task = whipround.open(first)
        await becomes_true(lambda: "v0" in first.body)
        whipround.streams.close()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert first.messages[-1] == {"type": "http.response.body", "body": b"", "more_body": False}
        await whipround.open(late)
        assert late.status == 503

    asyncio.run(scenario())


def test_an_appeal_that_is_gone_ends_its_streams() -> None:
    async def scenario() -> None:
        whipround, browser = Installation(), Browser()
        task = whipround.open(browser)
        await becomes_true(lambda: "v0" in browser.body)
        whipround.totals.read = lambda _slug: None  # type: ignore[method-assign]
        whipround.streams._broadcasting._read = whipround.totals.read
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, PATIENCE)

    asyncio.run(scenario())
