"""Pictures for the tests, as cameras and drawing programs make them."""

import io
from typing import Any

from PIL import Image


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: Any) -> bytes:
    """The bytes of a picture: red on its left half, blue on its right."""
    picture = Image.new(mode, size, "blue" if mode != "L" else 40)
    picture.paste("red" if mode != "L" else 200, (0, 0, size[0] // 2, size[1]))
    body = io.BytesIO()
    picture.save(body, kind, **options)
    return body.getvalue()


def opened(body: bytes) -> Image.Image:
    """The picture that some bytes hold."""
    return Image.open(io.BytesIO(body))
