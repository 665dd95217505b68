"""Comparing two versions: field by field, and inside a text word by word, as an editor would mark it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal

# Words and the space between them; line ends stand by themselves, so that paragraphs can be told apart.
_TOKENS = re.compile(r"\n|[^\S\n]+|\S+")

Fate = Literal["same", "gone", "new"]


@dataclass(frozen=True, slots=True)
class Piece:
    """Some text and what became of it."""

    fate: Fate
    text: str


def differences(older: dict[str, Any], newer: dict[str, Any]) -> dict[str, list[Piece]]:
    """The fields of `newer` that are not as in `older`, each with its marked text; lists are compared line by line."""
    return {
        name: pieces(_lines(older.get(name)), _lines(value))
        for name, value in newer.items()
        if older.get(name) != value
    }


def pieces(older: str, newer: str) -> list[Piece]:
    """The newer text with what is gone and what is new marked in it; first by lines, which keeps long texts quick."""
    return _joined(_marked(older.splitlines(keepends=True), newer.splitlines(keepends=True), inside=True))


def _marked(older: Sequence[str], newer: Sequence[str], *, inside: bool) -> Iterator[Piece]:
    for what, a, b, c, d in SequenceMatcher(None, older, newer, autojunk=False).get_opcodes():
        gone, new = "".join(older[a:b]), "".join(newer[c:d])
        if what == "equal":
            yield Piece("same", gone)
        elif what == "replace" and inside:
            yield from _marked(_TOKENS.findall(gone), _TOKENS.findall(new), inside=False)
        else:
            yield Piece("gone", gone)
            yield Piece("new", new)


def _joined(marked: Iterator[Piece]) -> list[Piece]:
    """Without empty pieces, and with neighbours of the same fate as one."""
    found: list[Piece] = []
    for piece in marked:
        if found and piece.text and found[-1].fate == piece.fate:
            found[-1] = Piece(piece.fate, found[-1].text + piece.text)
        elif piece.text:
            found.append(piece)
    return found


def _lines(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(str(each) for each in value)
    return "" if value is None else str(value)
