"""Plain text as Markdown that reads as it was typed: what Markdown would take for a mark is escaped."""

import re

# What marks something wherever it stands; an ampersand only where it begins an entity.
_ANYWHERE = re.compile(r"[\\`*_\[\]<>]|&(?=#?\w+;)")
# What the typesetter of `app.markup` would make signs of: (c), (tm), +-, and repeated marks.
_SIGNS = re.compile(r"\((?=(?:c|r|p|tm)\))|\+(?=-)|[?!,](?=[?!,])", re.IGNORECASE)
# What begins a heading, a list, a rule or a fence, but only at the beginning.
_BEGINNING = re.compile(r"(?=[#+=~-])|(?<=\d)(?=[.)])")
_NUMBERED = re.compile(r"\d{1,9}[.)](?:\s|$)")


def paragraph(line: str) -> str:
    """One line of plain text as the Markdown of one paragraph or list item; quotes are left to the typesetter."""
    escaped = _SIGNS.sub(r"\\\g<0>", _ANYWHERE.sub(r"\\\g<0>", line.strip()))
    if escaped[:1] in ("#", "+", "=", "~", "-") or _NUMBERED.match(escaped):
        return _BEGINNING.sub(r"\\", escaped, count=1)
    return escaped


def blocks(lines: list[tuple[str, bool]]) -> str:
    """Lines of plain text, each with whether it was a bullet, as Markdown paragraphs and lists."""
    parts: list[str] = []
    for place, (line, bullet) in enumerate(lines):
        if place:
            parts.append("\n" if bullet and lines[place - 1][1] else "\n\n")
        parts.append(f"- {paragraph(line)}" if bullet else paragraph(line))
    return "".join(parts)
