"""The lines of an archive file, numbered as an editor numbers them, so that a refusal can name one."""

import re
from typing import NamedTuple

from app.errors import DomainError

# What neither a feed nor PostgreSQL can hold, and no text has.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


class Line(NamedTuple):
    """A line that is not blank, without the space around it; `number` counts from 1, blank ones included."""

    number: int
    text: str


class Unreadable(DomainError):
    """A line of the file is not what must stand there."""

    def __init__(self, line: int, expected: str) -> None:
        """Keep the line's number, counted from 1, beside what was expected on it."""
        super().__init__(f"line {line}: {expected}")
        self.line = line


def read(data: bytes) -> list[Line]:
    """The lines of a file in UTF-8, with any line ends. Raises `Unreadable`."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(data.count(b"\n", 0, error.start) + 1, "expected text in UTF-8") from error
    lines = []
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if match := _UNPRINTABLE.search(line):
            raise Unreadable(number, f"expected plain text, found the control character U+{ord(match[0]):04X}")
        if line.strip():
            lines.append(Line(number, line.strip()))
    return lines
