"""Compression of what is the same for everybody: reading pages, feeds, style, scripts and drawings.

Nothing else is compressed. A page that holds a secret (a form's token, somebody's gift, the office) beside something
that a stranger chooses would tell the secret by its length (the attack called BREACH), so those go out as they are.
What is compressed is another representation, so it has an ETag of its own (RFC 9110, 8.8.3.3).
"""

import gzip
from functools import cache

from flask import Response, request

# What an ETag of a compressed body ends in.
MARK = "-gz"
# Kinds of files that become smaller; pictures are compressed already.
_TEXTS = ("text/", "image/svg+xml", "application/javascript", "application/json")
# Under this many bytes nothing is won.
_SMALLEST = 500


def wanted() -> bool:
    """Whether whoever asks takes gzip."""
    return request.accept_encodings.quality("gzip") > 0


def packed(body: bytes) -> bytes:
    """The body, compressed: the same bytes each time."""
    return gzip.compress(body, 6, mtime=0)


def of_file(response: Response) -> Response:
    """A file's answer, compressed where that is wanted and of use. Files are few, so what was made is kept."""
    if response.status_code != 200 or not (response.mimetype or "").startswith(_TEXTS):
        return response
    response.headers.add("Vary", "Accept-Encoding")
    if not wanted() or request.method not in ("GET", "HEAD"):
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) < _SMALLEST:
        return response
    tag, _weak = response.get_etag()
    response.set_data(_packed_once(body))
    response.headers["Content-Encoding"] = "gzip"
    if tag:
        response.set_etag(tag + MARK)
    return response.make_conditional(request)  # type: ignore[return-value]


@cache
def _packed_once(body: bytes) -> bytes:
    return packed(body)
