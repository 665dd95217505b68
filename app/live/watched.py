"""An appeal that is watched: what it shows, and writing to all its connections in one go, without queues."""

import asyncio

from app.live.conversation import Send

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
