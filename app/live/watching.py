"""Who watches which appeal: its fragment is read again when something was committed, and sent to all who watch.

An appeal that is watched: what it shows, and writing to all its connections in one go, without queues.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from app.live.conversation import Send
from app.live.listening import Listener

# After this many connections the loop turns to other requests for a moment.
_SLICE = 200


class Watched:
    """An appeal's present event, and the connections (each with the task that holds it open) that want the next."""

    __slots__ = ("event", "slug", "version", "watchers")

    def __init__(self, slug: str, version: str, html: str) -> None:
        """Begin with the present fragment."""
        self.slug = slug
        self.watchers: dict[Send, asyncio.Task[None]] = {}
        self.show(version, html)

    def show(self, version: str, html: str) -> None:
        """Take a fragment. It becomes an event once, whatever the number of connections."""
        self.version = version
        lines = "".join(f"data: {line}\n" for line in html.splitlines())
        self.event = f"id: {version}\n{lines}\n".encode()

    async def send_to_all(self, body: bytes) -> None:
        """Write to every connection."""
        for count, send in enumerate(list(self.watchers), start=1):
            self.send(send, body)
            if count % _SLICE == 0:
                await asyncio.sleep(0)

    def send(self, send: Send, body: bytes, *, last: bool = False) -> None:
        """Write to one connection without waiting for it; nothing happens when it has left meanwhile.

        A send that waits means that tens of kilobytes lie unread: this browser sleeps or is gone, and its stream ends.
        It connects again when it wakes. So `send` is begun by hand: one slow reader must not hold up all the others.
        """
        task = self.watchers.get(send)
        if task is None:
            return
        step = send({"type": "http.response.body", "body": body, "more_body": not last})
        try:
            step.send(None)
        except StopIteration:
            return
        except OSError:
            # Servers may say so when the connection is gone (ASGI 2.4).
            pass
        step.close()
        task.cancel()

    def dismiss(self) -> None:
        """End all its streams in good order."""
        for send, task in list(self.watchers.items()):
            self.send(send, b"", last=True)
            task.cancel()


log = logging.getLogger(__name__)

# What reads an appeal's fragment: its version and its HTML, or None when there is no such appeal.
Reading = Callable[[str], tuple[str, str] | None]

# Seconds: the least between two updates; the most until everything is read again, though nothing was heard.
_PACE, _RECHECK = 0.25, 0.8
# Seconds for which an appeal that was not found is not looked for again: asking for what is not there costs nothing.
_STAYS_UNKNOWN = 1.0
# Reading pauses at least this many times as long as it took, so that many watched appeals leave time for other work.
_REST = 2


class Broadcasting:
    """The watched appeals of one process. There is one reading and one listener, whatever the browsers."""

    def __init__(self, read: Reading, listen: Listener, heartbeat: float) -> None:
        """`read` is called on a thread; `listen` learns of commits; `heartbeat` is in seconds."""
        self._read, self._listen, self._heartbeat = read, listen, heartbeat
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="totals")
        self._watched: dict[str, Watched] = {}
        self._opening: dict[str, asyncio.Task[Watched | None]] = {}
        # When each of those that were not found was last looked for, on the loop's clock.
        self._unknown: dict[str, float] = {}
        self._changed = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    async def find(self, slug: str) -> Watched | None:
        """The appeal with its present fragment; None when there is no such appeal. A crowd shares one reading."""
        if slug in self._watched:
            return self._watched[slug]
        if self._is_unknown(slug):
            return None
        if slug not in self._opening:
            self._opening[slug] = asyncio.create_task(self._open(slug))
            self._opening[slug].add_done_callback(lambda _: self._opening.pop(slug))
        return await asyncio.shield(self._opening[slug])

    async def _open(self, slug: str) -> Watched | None:
        fragment = (await self._read_all([slug]))[slug]
        if fragment is not None:
            return Watched(slug, *fragment)
        self._unknown = {each: at for each, at in self._unknown.items() if self._is_unknown(each)}
        self._unknown[slug] = asyncio.get_running_loop().time()
        return None

    def _is_unknown(self, slug: str) -> bool:
        return asyncio.get_running_loop().time() - self._unknown.get(slug, float("-inf")) < _STAYS_UNKNOWN

    def join(self, found: Watched, version: str, send: Send, task: asyncio.Task[None]) -> Watched:
        """From now on `send` gets every update; `version` is what it has been sent, `task` what holds it open.

        Returns what to `leave`.
        """
        watched = self._watched.setdefault(found.slug, found)
        watched.watchers[send] = task
        if watched.version != version:
            watched.send(send, watched.event)
        if self._work is None:
            self._work = asyncio.create_task(self._follow())
        if len(watched.watchers) == 1:
            # A commit between the reading and this moment was nobody's to hear.
            self._changed.set()
        return watched

    def leave(self, watched: Watched, send: Send) -> None:
        """Send nothing more."""
        watched.watchers.pop(send, None)
        if not watched.watchers and self._watched.get(watched.slug) is watched:
            del self._watched[watched.slug]

    def close(self) -> None:
        """End every stream, so that the server can stop."""
        for watched in self._watched.values():
            watched.dismiss()

    async def _follow(self) -> None:
        """Listen, read again, send; until nobody watches any more."""
        listening = asyncio.create_task(self._listen(self._changed.set))
        beating = asyncio.create_task(self._beat())
        loop = asyncio.get_running_loop()
        try:
            while self._watched:
                try:
                    async with asyncio.timeout(_RECHECK):
                        await self._changed.wait()
                    pace = _PACE
                except TimeoutError:
                    # Nothing was heard; a commit that comes just after this look shall not wait for its sake.
                    pace = 0.0
                self._changed.clear()
                began = loop.time()
                try:
                    fragments = await self._read_all(list(self._watched))
                except Exception as failure:
                    # Whatever it was: the totals come back when the database does.
                    log.warning("the totals could not be read again: %s", type(failure).__name__)
                    fragments = {}
                rest = max(pace, _REST * (loop.time() - began))
                await self._show(fragments)
                await asyncio.sleep(rest)
        finally:
            self._work = None
            listening.cancel()
            beating.cancel()

    async def _show(self, fragments: dict[str, tuple[str, str] | None]) -> None:
        """Send what has another version than before."""
        for slug, fragment in fragments.items():
            watched = self._watched.get(slug)
            if watched is None:
                continue
            if fragment is None:
                watched.dismiss()
                continue
            is_news = fragment[0] != watched.version
            # What is no news is kept all the same: who comes now shall not see an older "as at" than the page's.
            watched.show(*fragment)
            if is_news:
                await watched.send_to_all(watched.event)

    async def _beat(self) -> None:
        """Say now and then that the line is still there: proxies cut silent ones, and lost ones are noticed."""
        while True:
            await asyncio.sleep(self._heartbeat)
            for watched in list(self._watched.values()):
                await watched.send_to_all(b":\n\n")

    async def _read_all(self, slugs: list[str]) -> dict[str, tuple[str, str] | None]:
        def read_all() -> dict[str, tuple[str, str] | None]:
            return {slug: self._read(slug) for slug in slugs}

        return await asyncio.get_running_loop().run_in_executor(self._thread, read_all)
