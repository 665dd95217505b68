"""Reading the place of an event, and apart from it how to get there: 'Outside the port, nearest tube Quayside'."""

import re

_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b")
_LABEL = re.compile(r"(?:venue|place|where|location)\s*:\s*", re.IGNORECASE)
_BY = r"(?:tube|underground|overground|metro|tram|bus|dlr|train|rail(?:way)?|station)"
_WAY = re.compile(
    rf"(?:^|[\s,;:.–—-]*[,;:.(–—-]\s*)(?P<way>(?:nearest\s+{_BY}\b|{_BY}(?:\s+station)?\s*:|nearest\s*:).*)",
    re.IGNORECASE,
)
_OPENING = re.compile(r"(?:outside|inside|at|in|meet|assemble|opposite|near|corner of)\b", re.IGNORECASE)
_SHORT = 8  # words


def looks_like_one(line: str, *, expected: bool) -> bool:
    """Whether a line reads as a place rather than as the beginning of a text.

    `expected` says that a time stood before it, so that any short line or one that is no sentence may be a place.
    """
    if _POSTCODE.search(line) or _LABEL.match(line) or _WAY.search(line):
        return True
    words, sentence = len(line.split()), line.endswith((".", "!", "?", ":"))
    if line.startswith(("(", "for ")):
        return False
    if expected:
        return words <= _SHORT or not sentence
    return not sentence and words <= 2 * _SHORT and bool(_OPENING.match(line) or "," in line)


def only_says_the_way(line: str) -> bool:
    """Whether a line says how to get there and nothing else."""
    return _WAY.match(line) is not None


def split(line: str) -> tuple[str, str]:
    """The place, and how to get there (either may be empty), without their closing full stops."""
    line = line[match.end() :] if (match := _LABEL.match(line)) else line
    way = _WAY.search(line)
    place = line[: way.start()] if way else line
    directions = way["way"].rstrip(" .)") if way else ""
    return place.rstrip(" ,;.–—-"), directions[:1].upper() + directions[1:]
