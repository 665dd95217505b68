"""Reading an archive article: after its head an event, paragraphs, and bullets, which are demands when they come last.

What the old site printed under every article, a call to donate and a finance appeal, is separated from it.

Reading what an archive article begins with: its permanent number, when it was posted, its headline.

The lines of an archive file, numbered as an editor numbers them, so that a refusal can name one.

Plain text as Markdown that reads as it was typed: what Markdown would take for a mark is escaped.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple

from app import clock
from app.articles.imports import event_announcement
from app.articles.imports.event_announcement import Announcement, FoundAnnouncement
from app.errors import DomainError

# What neither a feed nor PostgreSQL can hold, and no text has.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


class ArchiveLine(NamedTuple):
    """A line that is not blank, without the space around it; `number` counts from 1, blank ones included."""

    number: int
    text: str


class Unreadable(DomainError):
    """A line of the file is not what must stand there."""

    def __init__(self, line: int, expected: str) -> None:
        """Keep the line's number, counted from 1, beside what was expected on it."""
        super().__init__(f"line {line}: {expected}")
        self.line = line


def read_lines(data: bytes) -> list[ArchiveLine]:
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
            lines.append(ArchiveLine(number, line.strip()))
    return lines


LINES = 3
_LARGEST_NUMBER = 2**31 - 1
_LONGEST_HEADLINE = 300
_ADDRESS = re.compile(r"(?:link to this page\s*:\s*)?\S*/articles?/(?P<number>\d{1,20})/?(?:[?#]\S*)?", re.I | re.A)
_POSTED = re.compile(r"posted(?:\s+on)?\s*:?\s+(?P<when>.+?)(?:\s+(?P<zone>GMT|UTC|BST))?\.?", re.IGNORECASE)
_ZONES: dict[str, tzinfo] = {"GMT": UTC, "UTC": UTC, "BST": timezone(timedelta(hours=1))}


@dataclass(frozen=True, slots=True)
class ArticleHead:
    """The first three lines, understood; `posted_at` is an instant in UTC."""

    number: int
    posted_at: datetime
    headline: str


def read_head(lines: Sequence[ArchiveLine]) -> ArticleHead:
    """Read the first three lines of an article. Raises `Unreadable`."""
    expected = ("the link, such as 'Link to this page: https://…/articles/123'", "when it was posted", "the headline")
    if len(lines) < LINES:
        raise Unreadable(lines[-1].number + 1 if lines else 1, f"expected {expected[len(lines)]}, found the end")
    headline = lines[2].text
    if len(headline) > _LONGEST_HEADLINE:
        raise Unreadable(lines[2].number, f"expected a headline of at most {_LONGEST_HEADLINE} characters")
    return ArticleHead(_number(lines[0]), _posted_at(lines[1]), headline)


def _number(line: ArchiveLine) -> int:
    match = _ADDRESS.fullmatch(line.text)
    if match is None:
        raise Unreadable(line.number, "expected the link, such as 'Link to this page: https://…/articles/123'")
    number = int(match["number"])
    if not 0 < number <= _LARGEST_NUMBER:
        raise Unreadable(line.number, f"expected an article's number from 1 to {_LARGEST_NUMBER}")
    return number


def _posted_at(line: ArchiveLine) -> datetime:
    """The instant of 'Posted on 19 June 2012 at 12:13 GMT'; a zone is taken at its word, none means local time."""
    match = _POSTED.fullmatch(line.text)
    try:
        # The year must be written: there is nothing to take it from.
        day = event_announcement.read_day(match["when"], None) if match else None
    except ValueError as error:
        raise Unreadable(line.number, "expected a date that the calendar has") from error
    hours = event_announcement.read_hours(day.rest.lstrip(" ,").removeprefix("at ")) if day else None
    if not (match and day and hours) or day.last or hours.start is None or hours.end is not None or hours.rest.strip():
        raise Unreadable(line.number, "expected when it was posted, such as 'Posted on 19 June 2012 at 12:13 GMT'")
    zone = _ZONES[match["zone"].upper()] if match["zone"] else clock.local_zone()
    midnight = datetime.combine(day.first, time(), zone)
    return (midnight + timedelta(minutes=hours.start)).astimezone(UTC)


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
    lines = read_lines(data)
    head, rest = read_head(lines), lines[LINES:]
    cut = next((place for place, line in enumerate(rest) if _begins_the_appeal(line)), len(rest))
    own, appeal = rest[:cut], rest[cut:]
    oddities: list[str] = []
    found = _event(own, clock.local_day(head.posted_at))
    if found:
        oddities = [f"line {own[place].number}: {oddity}" for place, oddity in found.oddities]
        own = (
            own[found.lines :]
            if found.original_line is None
            else [ArchiveLine(0, found.original_line), *own[found.lines :]]
        )
    elif own and event_announcement.mentioned_in(own[0].text):
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
        text=blocks(body[:end]),
        paragraphs=sum(not bullet for _, bullet in body),
        demands=tuple(paragraph(text) for text, _ in body[end:]),
        appeal=_appeal(appeal),
        oddities=tuple(oddities),
    )


def _event(own: Sequence[ArchiveLine], posted_on: date) -> FoundAnnouncement | None:
    """The event that the lines begin with. Raises `Unreadable` for a day that no calendar has, or too long a place."""
    texts = [line.text for line in own]
    bullet = next((place for place, text in enumerate(texts) if _BULLET.match(text)), len(texts))
    try:
        found = event_announcement.read(texts[:bullet], posted_on)
    except ValueError as error:
        raise Unreadable(own[0].number, "expected a date that the calendar has") from error
    if found and max(len(found.announcement.place or ""), len(found.announcement.directions or "")) > _LONGEST_PLACE:
        raise Unreadable(own[found.lines - 1].number, f"expected a place of at most {_LONGEST_PLACE} characters")
    return found


def _begins_the_appeal(line: ArchiveLine) -> bool:
    return bool(_DONATE.fullmatch(line.text) or _APPEAL.fullmatch(line.text))


def _unbulleted(line: ArchiveLine) -> tuple[str, bool]:
    """A line's text without its bullet, and whether it had one."""
    match = _BULLET.match(line.text)
    return (line.text[match.end() :], True) if match else (line.text, False)


def _appeal(lines: Sequence[ArchiveLine]) -> OfferedAppeal | None:
    """The appeal that begins with the call to donate or with its own heading; `None` when neither has a text."""
    titles = [line.text.rstrip(":") for line in lines if _APPEAL.fullmatch(line.text)]
    text = blocks([_unbulleted(line) for line in lines if not _begins_the_appeal(line)])
    return OfferedAppeal(titles[0] if titles else "Finance appeal", text) if text else None
