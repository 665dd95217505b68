"""Glyphs: whether the installed fonts can print a text, asked before anything is numbered.

Pango, which sets the receipt, takes a character from any font whose fontconfig charset holds it; so the union of
those charsets says what can be printed. `fc-list` comes with Pango's own packages and answers in milliseconds.
"""

import subprocess
import threading
import unicodedata
from collections.abc import Iterable

from app.errors import DomainError

# HarfBuzz sets no other font formats, so Pango does not offer them (docs.gtk.org/Pango, "Pango 1.44").
_FORMATS = ("TrueType", "CFF", "CFF2")

# Unicode's "default ignorable" marks are never drawn (DerivedCoreProperties.txt); controls and spaces are left out
# by their category.
_NEVER_DRAWN = [(0x034F, 0x034F), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F), (0x3164, 0x3164),
                (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0000, 0xE0FFF)]  # fmt: skip

_ranges: list[tuple[int, int]] = []
_reading = threading.Lock()


class MissingGlyphs(DomainError):
    """No installed font has a glyph for some characters of a receipt; printing it would show boxes."""


def check(texts: Iterable[str]) -> None:
    """Raise `MissingGlyphs`, naming the characters and what to install, when a text cannot be printed.

    The fonts are read again before anything is refused: an operator who installs one need not restart the worker.
    """
    wanted = {ord(char) for text in texts for char in text if _is_drawn(char)}
    if _lacking(wanted):
        _read_fonts()
        if lacking := _lacking(wanted):
            raise missing(lacking)


def missing(code_points: Iterable[int]) -> MissingGlyphs:
    """The refusal for these code points: sorted, so that it does not spell anybody's name."""
    points = sorted(set(code_points))
    named = ", ".join(f"U+{point:04X} {unicodedata.name(chr(point), '')}".strip() for point in points)
    packages = " ".join(sorted({_package(point) for point in points}))
    return MissingGlyphs(f"no installed font has a glyph for {named}; install one, such as Debian's {packages}")


def _package(point: int) -> str:
    name = unicodedata.name(chr(point), "")
    if name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "FULLWIDTH", "HALFWIDTH", "IDEOGRAPHIC")):
        return "fonts-noto-cjk"
    return "fonts-noto-color-emoji" if point >= 0x1F000 and unicodedata.category(chr(point)) == "So" else "fonts-noto"


def _is_drawn(char: str) -> bool:
    if unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp"):
        return False
    return not any(first <= ord(char) <= last for first, last in _NEVER_DRAWN)


def _lacking(points: set[int]) -> set[int]:
    ranges = _ranges
    return {point for point in points if not any(first <= point <= last for first, last in ranges)}


def _read_fonts() -> None:
    """Ask fontconfig for what the fonts cover: lines of 'format|20-7e a0-17f …', in hexadecimal."""
    global _ranges
    with _reading:
        listed = subprocess.run(
            ["fc-list", "--format", "%{fontformat}|%{charset}\n"],  # noqa: S607 - found where the system keeps it
            capture_output=True, check=True, text=True, timeout=60,
        ).stdout  # fmt: skip
        spans = set()
        for line in listed.splitlines():
            font_format, _, charset = line.partition("|")
            if font_format in _FORMATS:
                for span in charset.split():
                    first, _, last = span.partition("-")
                    spans.add((int(first, 16), int(last or first, 16)))
        _ranges = _merged(spans)


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged
