"""Printing: what runs in a rendering child process. Only here is WeasyPrint imported, and only by `prepare`.

The PDF is a pure function of the frozen facts and the installed fonts: it fetches nothing, and its date is the day
of issue. Each process has fonts and a parsed style sheet of its own, because GLib's font maps must not be shared.
"""

import base64
import io
import logging
import resource
from pathlib import Path
from typing import Any

import segno

from app.emails import wording
from app.errors import DomainError
from app.money import Money
from app.receipts import glyphs
from app.receipts.facts import Facts, thawed

_CSS = Path(__file__).parent.parent.parent / "static" / "css"
_SHEETS = ("tokens.css", "receipt.css")

# The page is set in smaller and smaller type until it is one page; the last holds every field at its longest.
_SIZES = ("", "close", "closer")

_press: dict[str, Any] = {}


class RenderingFailed(DomainError):
    """The receipt could not be set as one faultless page."""


class _Complaints(logging.Handler):
    """Collects what WeasyPrint complains about. It is never printed: a complaint may quote what a donor typed."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.missing: set[int] = set()
        self.errors = 0

    def emit(self, record: logging.LogRecord) -> None:
        if str(record.msg).startswith(".notdef") and isinstance(record.args, tuple):
            self.missing.update(arg for arg in record.args if isinstance(arg, int))
        elif record.levelno >= logging.ERROR:
            self.errors += 1


def prepare(memory: int) -> None:
    """Make this process ready to print, bounded to `memory` bytes of address space."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts = FontConfiguration()
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    styles = [
        weasyprint.CSS(string=(_CSS / sheet).read_text(), font_config=fonts, url_fetcher=fetcher) for sheet in _SHEETS
    ]
    _press.update(weasyprint=weasyprint, fonts=fonts, fetcher=fetcher, styles=styles)


def print_receipt(frozen: str, leaving_out: bool = False) -> bytes:
    """The PDF of a receipt's frozen facts.

    Raises `MissingGlyphs` rather than print a box; `leaving_out` the signs that have no glyph it prints without them.
    Raises `RenderingFailed` when it is not one faultless page.
    """
    facts, missing = thawed(frozen), frozenset[int]()
    while True:
        pdf, found = _print(facts, missing)
        if not found:
            return pdf
        if not leaving_out or found <= missing:
            raise glyphs.missing(found)
        missing |= found


def _print(facts: Facts, missing: frozenset[int]) -> tuple[bytes, set[int]]:
    """The PDF without some signs, and the code points of those that came out as boxes all the same."""
    complaints = _Complaints()
    log = logging.getLogger("weasyprint")
    log.handlers, log.propagate = [complaints], False
    for size in _SIZES:
        html = _press["weasyprint"].HTML(string=page(facts, size, missing), url_fetcher=_press["fetcher"])
        document = html.render(
            font_config=_press["fonts"], stylesheets=_press["styles"], pdf_variant="pdf/ua-1", pdf_tags=True
        )
        if len(document.pages) == 1:
            break
    else:
        raise RenderingFailed("the receipt does not fit on one page")
    # The salt makes the file's hash, which stays when a donor is erased, a hash that nobody can guess a name from.
    salt = bytes.fromhex(facts.salt) or None
    pdf: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, pdf_identifier=salt)
    if complaints.errors:
        raise RenderingFailed("the receipt could not be set without faults")
    return pdf, complaints.missing


def page(facts: Facts, size: str = "", missing: frozenset[int] = frozenset()) -> str:
    """The receipt as HTML, with the QR code that leads to it, and without the signs that no font has."""
    amount = Money(facts.amount_minor, facts.currency)
    # The sign of a currency is never merely left out: an amount without its currency is another amount.
    sign = wording.amount(amount, facts.language)
    return wording.fill(
        "receipts/receipt.html",
        facts.language,
        facts=facts.changed(lambda text: glyphs.without(text, missing)) if missing else facts,
        amount=sign if missing.isdisjoint(map(ord, sign)) and not glyphs.lacking([sign]) else str(amount),
        size=size,
        code=_code(facts.link),
    )


def _code(link: str) -> str:
    """A QR code as a data URL of an SVG; flat fills only, because gradients in images vanish in some readers.

    One of the eight masks is as readable as another over a random address; to weigh them all takes four fifths of the
    time (docs/performance.md).
    """
    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False, mask=3).save(drawn, kind="svg", border=0, dark="#191511", xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.getvalue()).decode()
