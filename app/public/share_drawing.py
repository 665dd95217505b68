"""Drawing the picture that stands for a page elsewhere, as a program of its own: words come in, a PNG goes out.

`share_pictures` starts it; the kernel holds it to its limits. It imports nothing of ours. It reads JSON:
`organisation`, `title`, and for an appeal `raised`, `of` and `laps` (thousandths of the target). Titles are in any
script: fontconfig names the installed font for each word, and what no font has is left out, as on receipts.
"""

import json
import resource
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

# What a page elsewhere shows of a link (developers.facebook.com/docs/sharing/webmasters/images).
_WIDTH, _HEIGHT, _EDGE = 1200, 630, 72
# The colours of the pages, in their light dress (static/css/tokens.css).
_PAPER, _INK, _SOFT, _HAIR, _RED = "#faf7f0", "#191511", "#5a5247", "#dcd3c3", "#ae1019"
_NUMBER_SIZES = 92, 76, 60, 44
_TITLE_SIZES, _MOST_LINES, _LONGEST = (68, 60, 52), 3, 240
_LIMITS = ((resource.RLIMIT_AS, 1024**3), (resource.RLIMIT_CPU, 10), (resource.RLIMIT_FSIZE, 0))


@dataclass(frozen=True)
class _Face:
    """An installed font: its file, the font's place in it, and the characters it has."""

    path: str
    index: int
    has: tuple[range, ...]

    def covers(self, text: str) -> bool:
        return all(any(ord(sign) in span for span in self.has) for sign in text if not sign.isspace())


def main() -> int:
    """Read the words from standard input and write the picture; 1 when it cannot be drawn."""
    for limit, most in _LIMITS:
        resource.setrlimit(limit, (most, most))
    try:
        picture = _drawn(json.loads(sys.stdin.buffer.read()))
    except (OSError, ValueError, KeyError, MemoryError, subprocess.SubprocessError):
        return 1
    picture.save(sys.stdout.buffer, "PNG")
    sys.stdout.buffer.flush()
    return 0


def _drawn(said: dict[str, Any]) -> Image.Image:
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 0, _WIDTH, 28), fill=_RED)
    _Line(said["organisation"][:60], 30, bold=False).draw(pen, 78, _SOFT)
    title = "".join(sign for sign in said["title"] if sign.isprintable())[:_LONGEST]
    for size in _TITLE_SIZES:
        lines = _wrapped(title, size)
        if len(lines) <= _MOST_LINES:
            break
    else:
        lines = _cut_short(lines)
    top = 132
    for line in lines:
        line.draw(pen, top, _INK)
        top += round(line.size * 1.2)
    if said.get("raised"):
        _total(pen, said)
    return picture


def _total(pen: ImageDraw.ImageDraw, said: dict[str, Any]) -> None:
    """The number, what it is of, and the bar, at the foot of the picture."""
    for size in _NUMBER_SIZES:
        number = _Line(said["raised"], size, bold=True)
        words = _Line(said["of"], round(size * 0.37), bold=False)
        if number.width + 28 + words.width <= _WIDTH - 2 * _EDGE:
            break
    number.draw(pen, 504 - number.size, _RED)
    words.draw(pen, 504 - words.size, _INK, indent=number.width + 28)
    laps = said.get("laps") or []
    high = max(8, 36 // max(1, len(laps)))
    for place, lap in enumerate(laps):
        top = 540 + place * (high + 6)
        end = _EDGE + (_WIDTH - 2 * _EDGE) * min(1000, int(lap)) // 1000
        pen.rectangle((_EDGE, top, _WIDTH - _EDGE, top + high), fill=_HAIR)
        if end > _EDGE:
            pen.rectangle((_EDGE, top, end, top + high), fill=_RED)


class _Line:
    """Words on one line, each stretch of them in a font that has its signs."""

    def __init__(self, text: str, size: int, *, bold: bool, rtl: bool = False) -> None:
        self.text, self.size, self.bold, self.rtl = text, size, bold, rtl
        self.runs = [(run, _font(face, size)) for run, face in _runs(text, bold=bold)]
        self.gap = round(size * 0.28)
        self.width = sum(self._long(*run) for run in self.runs) + self.gap * max(0, len(self.runs) - 1)

    def draw(self, pen: ImageDraw.ImageDraw, top: int, colour: str, *, indent: int = 0) -> None:
        """Write it with its letters' tops about `top`; what reads from the right begins there."""
        x = _WIDTH - _EDGE - self.width if self.rtl else _EDGE + indent
        base = top + self.size
        for run, font in self.runs[::-1] if self.rtl else self.runs:
            pen.text((x, base), run, colour, font=font, anchor="ls", direction="rtl" if self.rtl else "ltr")
            x += self._long(run, font) + self.gap

    def _long(self, run: str, font: ImageFont.FreeTypeFont) -> int:
        return round(font.getlength(run, direction="rtl" if self.rtl else "ltr"))


def _wrapped(title: str, size: int) -> list[_Line]:
    """The title on as many lines as it takes; a word that is longer than a line is cut into pieces."""
    lines: list[_Line] = []
    rtl = _reads_from_the_right(title)
    held = ""
    for word in _words(title, size):
        tried = f"{held} {word}".strip()
        if held and _Line(tried, size, bold=True, rtl=rtl).width > _WIDTH - 2 * _EDGE:
            lines.append(_Line(held, size, bold=True, rtl=rtl))
            held = word
        else:
            held = tried
    return [*lines, _Line(held, size, bold=True, rtl=rtl)] if held else lines


def _words(title: str, size: int) -> list[str]:
    found: list[str] = []
    for word in title.split():
        while _Line(word, size, bold=True).width > _WIDTH - 2 * _EDGE and len(word) > 1:
            fits = len(word) - 1
            while fits > 1 and _Line(word[:fits], size, bold=True).width > _WIDTH - 2 * _EDGE:
                fits -= 1
            found.append(word[:fits])
            word = word[fits:]
        found.append(word)
    return found


def _cut_short(lines: list[_Line]) -> list[_Line]:
    """The lines that there is room for, the last one with dots for the rest."""
    last = lines[_MOST_LINES - 1]
    text = last.text
    while text and _Line(f"{text}…", last.size, bold=True).width > _WIDTH - 2 * _EDGE:
        text = text[:-1].rstrip()
    return [*lines[: _MOST_LINES - 1], _Line(f"{text}…", last.size, bold=True, rtl=last.rtl)]


def _reads_from_the_right(text: str) -> bool:
    """By the first sign that has a direction, as browsers do for `dir=auto`."""
    for sign in text:
        way = unicodedata.bidirectional(sign)
        if way in ("L", "R", "AL"):
            return way != "L"
    return False


def _runs(text: str, *, bold: bool) -> list[tuple[str, _Face]]:
    """The text in stretches of one font each: all of it where one font has it all, else word by word."""
    whole = _face(text, bold=bold)
    if whole.covers(text):
        return [(text, whole)]
    found: list[tuple[str, _Face]] = []
    for word in text.split():
        face = _face(word, bold=bold)
        left = "".join(sign for sign in word if face.covers(sign))
        if not left:
            continue
        if found and found[-1][1] == face:
            found[-1] = f"{found[-1][0]} {left}", face
        else:
            found.append((left, face))
    return found


_faces: dict[tuple[str, bool], _Face] = {}
_fonts: dict[tuple[str, int, int], ImageFont.FreeTypeFont] = {}


def _face(text: str, *, bold: bool) -> _Face:
    """The installed font that has the most of these signs, DejaVu Sans where it has as many as any."""
    wanted = "".join(sorted(set(text) - {" "}))
    key = wanted, bold
    if key not in _faces:
        for known in _faces.values():
            if known.covers(wanted) and ("Bold" in known.path) == bold:
                _faces[key] = known
                return known
        signs = " ".join(f"{ord(sign):x}" for sign in wanted)
        pattern = f"DejaVu Sans:weight={200 if bold else 80}:color=false:scalable=true" + (
            f":charset={signs}" if signs else ""
        )
        said = subprocess.run(  # noqa: S603 - the signs are hexadecimal numbers
            ["fc-match", "--format", "%{file}|%{index}|%{charset}", pattern],  # noqa: S607 - where the system keeps it
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
            stdin=subprocess.DEVNULL,
        ).stdout
        path, index, charset = said.split("|")
        _faces[key] = _Face(path, int(index) & 0xFFFF, tuple(map(_span, charset.split())))
    return _faces[key]


def _span(written: str) -> range:
    first, _, last = written.partition("-")
    return range(int(first, 16), int(last or first, 16) + 1)


def _font(face: _Face, size: int) -> ImageFont.FreeTypeFont:
    key = face.path, face.index, size
    if key not in _fonts:
        _fonts[key] = ImageFont.truetype(face.path, size, face.index, layout_engine=ImageFont.Layout.RAQM)
    return _fonts[key]


if __name__ == "__main__":
    # Started by its path, it must not find our own modules where it looks for the library's.
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != Path(__file__).resolve().parent]
    raise SystemExit(main())
