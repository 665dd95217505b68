"""A giving address as a QR code, drawn into the page, because paper has no links."""

from functools import lru_cache

import segno
from markupsafe import Markup


@lru_cache(maxsize=64)
def qr(address: str) -> Markup:
    """The address as an inline SVG drawing; the text beside it has to say the address in letters."""
    code = segno.make(address, error="m", micro=False)
    drawing = code.svg_inline(border=0, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(drawing)  # noqa: S704 - segno draws squares; the address itself is not in the drawing
