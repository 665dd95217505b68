"""Reading an archive article: after its head an event, paragraphs, and bullets, which are demands when they come last.

What the old site printed under every article, a call to donate and a finance appeal, is separated from it.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from app import clock
from app.appeals import announcement, archive_head, archive_lines, as_typed, event_day
from app.appeals.announcement import Announcement, Found
from app.appeals.archive_lines import Line, Unreadable

_LONGEST_PLACE = 300
_BULLET = re.compile(r"[-*•‣·]\s+")
_DONATE = re.compile(r"donate to (?:the )?\S.{0,80}(?<![.!?:;,])", re.IGNORECASE)
_APPEAL = re.compile(r"(?:finance|financial|funds?|fighting fund) appeal:?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OfferedAppeal:
    """The appeal found under an article; `text` is Markdown."""

    title: str
    text: str

    @property
    def digest(self) -> str:
        """Names the text: the same appeal under a thousand articles is one."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ArchiveArticle:
    """What was understood of one file. `text` and `demands` are Markdown; `oddities` are for whoever imports."""

    number: int
    posted_at: datetime
    headline: str
    event: Announcement | None
    text: str
    paragraphs: int
    demands: tuple[str, ...]
    appeal: OfferedAppeal | None
    oddities: tuple[str, ...]

    @property
    def digest(self) -> str:
        """Names what the file says of the article itself, so that a repeated import is known."""
        said = {**asdict(self), "appeal": None, "oddities": None}
        return hashlib.sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()


def read(data: bytes) -> ArchiveArticle:
    """Read one file. Raises `Unreadable` with the line and what was expected on it."""
    lines = archive_lines.read(data)
    head, rest = archive_head.read(lines), lines[archive_head.LINES :]
    cut = next((place for place, line in enumerate(rest) if _begins_the_appeal(line)), len(rest))
    own, appeal = rest[:cut], rest[cut:]
    oddities: list[str] = []
    found = _event(own, clock.local_day(head.posted_at))
    if found:
        oddities = [f"line {own[place].number}: {oddity}" for place, oddity in found.oddities]
        own = own[found.lines :] if found.kept is None else [Line(0, found.kept), *own[found.lines :]]
    elif own and event_day.mentioned_in(own[0].text):
        oddities = [f"line {own[0].number}: it mentions a day, but no event was understood: it stays in the text"]
    if appeal and len(appeal) > 1 and not any(_APPEAL.fullmatch(line.text) for line in appeal[:2]):
        oddities.append(f"line {appeal[0].number}: it is taken for a call to donate, and what follows for an appeal")
    body = [_unbulleted(line) for line in own]
    end = len(body)
    while end and body[end - 1][1]:
        end -= 1
    return ArchiveArticle(
        number=head.number,
        posted_at=head.posted_at,
        headline=head.headline,
        event=found.announcement if found else None,
        text=as_typed.blocks(body[:end]),
        paragraphs=sum(not bullet for _, bullet in body),
        demands=tuple(as_typed.paragraph(text) for text, _ in body[end:]),
        appeal=_appeal(appeal),
        oddities=tuple(oddities),
    )


def _event(own: Sequence[Line], posted_on: date) -> Found | None:
    """The event that the lines begin with. Raises `Unreadable` for a day that no calendar has, or too long a place."""
    texts = [line.text for line in own]
    bullet = next((place for place, text in enumerate(texts) if _BULLET.match(text)), len(texts))
    try:
        found = announcement.read(texts[:bullet], posted_on)
    except ValueError as error:
        raise Unreadable(own[0].number, "expected a date that the calendar has") from error
    if found and max(len(found.announcement.place or ""), len(found.announcement.directions or "")) > _LONGEST_PLACE:
        raise Unreadable(own[found.lines - 1].number, f"expected a place of at most {_LONGEST_PLACE} characters")
    return found


def _begins_the_appeal(line: Line) -> bool:
    return bool(_DONATE.fullmatch(line.text) or _APPEAL.fullmatch(line.text))


def _unbulleted(line: Line) -> tuple[str, bool]:
    """A line's text without its bullet, and whether it had one."""
    match = _BULLET.match(line.text)
    return (line.text[match.end() :], True) if match else (line.text, False)


def _appeal(lines: Sequence[Line]) -> OfferedAppeal | None:
    """The appeal that begins with the call to donate or with its own heading; `None` when neither has a text."""
    titles = [line.text.rstrip(":") for line in lines if _APPEAL.fullmatch(line.text)]
    text = as_typed.blocks([_unbulleted(line) for line in lines if not _begins_the_appeal(line)])
    return OfferedAppeal(titles[0] if titles else "Finance appeal", text) if text else None
