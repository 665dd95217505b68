"""Pages kept under what they show: whoever has one is told so at once, and for the others it is rendered once.

A page here is the same for everyone: no cookie, no token, no name; so it may be compressed. Its identity (the versions
and sums that it shows, and the minute where it says "as at") names it wholly, so it is never out of date: when anything
changes, so does its identity, and the old page is simply never asked for again.
"""

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from flask import Response, current_app, request

from app.services import services
from app.web import assets, compression

# How many pages a process keeps; at some twenty kilobytes each, that is ten megabytes.
_MOST = 512


class _Shelf:
    """The kept pages of one application, the least recently asked for first, and what all their tags begin with."""

    def __init__(self, edition: str) -> None:
        self.edition = edition
        self.pages: OrderedDict[str, bytes] = OrderedDict()
        self.lock, self.making = threading.Lock(), threading.Lock()

    def keep_alone(self, tag: str, make: Callable[[], bytes]) -> bytes:
        """As `keep`, but only one is made at a time; who asks for one that is there does not wait."""
        with self.lock:
            page = self.pages.get(tag)
        if page is not None:
            return page
        with self.making:
            return self.keep(tag, make)

    def keep(self, tag: str, make: Callable[[], bytes]) -> bytes:
        """What is kept under the tag, made now if nothing is."""
        with self.lock:
            page = self.pages.get(tag)
            if page is not None:
                self.pages.move_to_end(tag)
                return page
        page = make()
        with self.lock:
            self.pages[tag] = page
            while len(self.pages) > _MOST:
                self.pages.popitem(last=False)
        return page


def file(identity: object, make: Callable[[], bytes], mimetype: str) -> Response:
    """A file at this address with this identity, kept like a page; files are costly to make, so one is made at a time.

    What `make` raises goes through, and nothing is kept then.
    """
    shelf = _shelf()
    tag = _tag(shelf.edition, request.script_root, request.path, identity)
    headers = {"ETag": f'"{tag}"', "Cache-Control": "no-cache"}
    if request.if_none_match.contains_weak(tag):
        return Response(status=304, headers=headers)
    return Response(shelf.keep_alone(tag, make), mimetype=mimetype, headers=headers)


def answer(identity: object, render: Callable[[], str], mimetype: str = "text/html") -> Response:
    """The page at this address with this identity: 304 for who has it, kept if somebody asked before, or rendered.

    `identity` must say everything that the page shows apart from its address; its `repr` counts. Browsers may keep
    the page but have to ask each time.
    """
    shelf = _shelf()
    page = _tag(shelf.edition, request.script_root, request.path, identity)
    small = compression.wanted()
    tag = page + compression.MARK if small else page
    headers = {"ETag": f'"{tag}"', "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.if_none_match.contains_weak(tag):
        return Response(status=304, headers=headers)
    if not small:
        return Response(shelf.keep(page, lambda: render().encode()), mimetype=mimetype, headers=headers)
    body = shelf.keep(tag, lambda: compression.packed(shelf.keep(page, lambda: render().encode())))
    return Response(body, mimetype=mimetype, headers={**headers, "Content-Encoding": "gzip"})


def part(identity: object, render: Callable[[], str]) -> str:
    """A part that many pages share, kept in the same way; its identity has to say which part it is, too."""
    shelf = _shelf()
    return shelf.keep(_tag(shelf.edition, request.script_root, "", identity), lambda: render().encode()).decode()


def _tag(*identity: object) -> str:
    return hashlib.blake2b(repr(identity).encode(), digest_size=12).hexdigest()


def _shelf() -> _Shelf:
    shelf: _Shelf | None = current_app.extensions.get("kept_pages")
    if shelf is None or current_app.debug:
        shelf = current_app.extensions["kept_pages"] = _Shelf(_edition())
    return shelf


def _edition() -> str:
    """Names this release as readers see it: templates, style, scripts, and the settings that pages show.

    While debugging it is made anew for each request, so that a changed template shows at once.
    """
    content = hashlib.blake2b(repr(services().settings).encode(), digest_size=12)
    for folder in (current_app.template_folder, assets.FOLDER):
        for path in sorted(Path(folder or "").rglob("*")):
            if path.is_file():
                content.update(path.name.encode() + path.read_bytes())
    return content.hexdigest()
