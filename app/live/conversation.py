"""The words of an ASGI conversation (https://asgi.readthedocs.io/en/latest/specs/www.html), and short answers in it."""

from collections.abc import Awaitable, Callable, Coroutine, MutableMapping
from typing import Any

from app.web.headers import HTTPS_ALONE

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Coroutine[Any, Any, None]]
Application = Callable[[Scope, Receive, Send], Coroutine[Any, Any, None]]
Headers = list[tuple[bytes, bytes]]

# What every answer given outside Flask says: nothing here is a page, and nothing here may be kept.
GUARDED: Headers = [
    (b"cache-control", b"no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]

# What it says as well where the public address is https.
_HTTPS_ALONE = (b"strict-transport-security", HTTPS_ALONE.encode())


def guards(*, secure: bool) -> Headers:
    """The headers of every answer given outside Flask; `secure` when the public address is https."""
    return [*GUARDED, _HTTPS_ALONE] if secure else GUARDED


async def answer(send: Send, status: int, text: str, headers: Headers) -> None:
    """Answer with a line of plain text; `headers` are the guards, and whatever this answer says besides."""
    body = f"{text}\n".encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*kind, *headers]})
    await send({"type": "http.response.body", "body": body})


def header(scope: Scope, name: bytes) -> bytes | None:
    """One header of the request, by its lower-case name."""
    return next((value for key, value in scope["headers"] if key == name), None)
