"""Glyphs: what of a text the installed fonts can print, asked before anything is numbered.

A sign without a glyph is left out on paper: a receipt that says a little less is better than none.

Pango, which sets the receipt, takes a character from any font whose fontconfig charset holds it; so the union of
those charsets says what can be printed. `fc-list` comes with Pango's own packages and answers in milliseconds.
"""

import subprocess
import threading
import unicodedata
from collections.abc import Container, Iterable

from app.errors import DomainError

# HarfBuzz sets no other font formats, so Pango does not offer them (docs.gtk.org/Pango, "Pango 1.44").
_FORMATS = ("TrueType", "CFF", "CFF2")

# Unicode's "default ignorable" marks are never drawn (DerivedCoreProperties.txt); controls and spaces are left out
# by their category.
_NEVER_DRAWN = [
    (0x034F, 0x034F),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFFA0, 0xFFA0),
    (0xE0000, 0xE0FFF),
]

_ranges: list[tuple[int, int]] = []
_reading = threading.Lock()


class MissingGlyphs(DomainError):
    """No installed font has a glyph for some characters of a receipt; printing it would show boxes."""


def lacking(texts: Iterable[str]) -> set[int]:
    """The code points of some texts that no installed font can print.

    The fonts are read again before any is named: an operator who installs one need not restart the worker.
    """
    wanted = {ord(char) for text in texts for char in text if _is_drawn(char)}
    if _lacking(wanted):
        _read_fonts()
    return _lacking(wanted)


def without(text: str, points: Container[int]) -> str:
    """The text without the signs of these code points, its spaces single.

    Marks that change a sign (a skin's colour, a joiner, an accent) go with it: alone they would hang in the air.
    """
    shown: list[str] = []
    gone = False
    for char in text:
        if ord(char) in points:
            gone = True
            while shown and _only_joins(shown[-1]):
                shown.pop()
        elif not (gone and _depends(char)):
            gone = False
            shown.append(char)
    return " ".join("".join(shown).split())


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


def _only_joins(char: str) -> bool:
    """Whether a character is nothing but a tie to the sign that follows."""
    return char in "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"


def _depends(char: str) -> bool:
    """Whether a character only changes the sign before it."""
    skin = 0x1F3FB <= ord(char) <= 0x1F3FF
    return skin or unicodedata.category(char) in ("Mn", "Me") or (not char.isspace() and not _is_drawn(char))


def _lacking(points: set[int]) -> set[int]:
    ranges = _ranges
    return {point for point in points if not any(first <= point <= last for first, last in ranges)}


def _read_fonts() -> None:
    """Ask fontconfig for what the fonts cover: lines of 'format|20-7e a0-17f …', in hexadecimal."""
    global _ranges
    with _reading:
        listed = subprocess.run(
            ["fc-list", "--format", "%{fontformat}|%{charset}\n"],  # noqa: S607 - found where the system keeps it
            capture_output=True,
            check=True,
            text=True,
            timeout=60,
        ).stdout
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
