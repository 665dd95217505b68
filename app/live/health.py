"""GET /healthz: whether this process can serve, answered outside Flask's threads: a busy site is not a dead one."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from app.live.conversation import GUARDED, Headers, Receive, Scope, Send, answer

log = logging.getLogger(__name__)

# Seconds: how long an answer stands, so that strangers cannot load the database; how long a look may take.
_STANDS, _LONGEST = 1.0, 3.0


class Health:
    """The health of one process."""

    def __init__(self, look: Callable[[], bool], guards: Headers = GUARDED) -> None:
        """`look` is called on a thread of its own; it says whether the database is there and has the right schema.

        `guards` go with each answer.
        """
        self._look, self._guards = look, guards
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._looking: asyncio.Future[bool] | None = None
        self._well, self._looked_at = False, float("-inf")

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer 200 or 503, without details: whoever runs the site finds them in its log."""
        if scope["method"] not in ("GET", "HEAD"):
            await answer(send, 405, "Only GET is answered here.", [*self._guards, (b"allow", b"GET, HEAD")])
        elif await self._can_serve():
            await answer(send, 200, "well", self._guards)
        else:
            await answer(send, 503, "not well", self._guards)

    async def _can_serve(self) -> bool:
        loop = asyncio.get_running_loop()
        if loop.time() - self._looked_at < _STANDS:
            return self._well
        if self._looking is None:
            # Everybody who asks meanwhile waits for the same look, and one that hangs is not begun a second time.
            self._looking = loop.run_in_executor(self._thread, self._look)
            self._looking.add_done_callback(self._looked)
        try:
            async with asyncio.timeout(_LONGEST):
                await asyncio.shield(asyncio.wait([self._looking]))
        except TimeoutError:
            return False
        return self._well

    def _looked(self, looking: asyncio.Future[bool]) -> None:
        self._looking, self._looked_at = None, asyncio.get_running_loop().time()
        if looking.cancelled():
            return
        failure = looking.exception()
        self._well = failure is None and looking.result()
        if not self._well:
            log.error(
                "this process cannot serve: %s", type(failure).__name__ if failure else "the schema is not current"
            )
