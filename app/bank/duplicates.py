"""Which lines of a file are new, and which ones the books have already: the same line in two files is one.

A payment is known by the bank's own id, or where it has none by what its line says. Lines that say the same are
counted: a day's n-th in the file is the day's n-th in the books. So the same file again, a later one that overlaps, or
rows in another order add nothing, and two equal payments on one day are two.

Nothing counts twice. A line that the books do not have by its id or words, but whose day and amount are those of one
that they have and that this file does not show otherwise, is *doubtful*: it may be that one under another id, in
another form or in other words. So is one whose amount was booked on a day near by, when id or words are alike, or when
either file should have shown it and did not. And so is a line that is known, where the file lacks others of its day.
A doubtful line is taken for the known one; a person may say that it is another.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.bank.formats.contents import ReadLine

NEW, KNOWN, OTHER_FORM, MOVED, REPEATED = "new", "known", "other-form", "moved", "repeated"

# A bank may book a payment anew some days before or after the day it gave it first.
NEAR = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Known:
    """A line that the books have."""

    identity: str
    ordinal: int
    day: date
    amount_minor: int
    bank_id: str | None = None
    said: str = ""


@dataclass(frozen=True, slots=True)
class Sorted:
    """A file's line and its place: `NEW` or `KNOWN`; `OTHER_FORM` or `MOVED` when it is taken for a known line of the
    same day or of one near by; `REPEATED` when the same file shows its id already. `like` is the known line that it is
    taken for, where it is not that line to the letter.

    `may_be_another`: a person may say that it is a further payment, whose place is then `ordinal_if_another`.
    """

    line: ReadLine
    identity: str
    ordinal: int
    verdict: str
    may_be_another: bool = False
    doubtful: bool = False
    ordinal_if_another: int = 0
    like: Known | None = None


def identity_of(line: ReadLine) -> str:
    """What tells a payment from others: day and amount, and the bank's id or else all that the line says."""
    said = ["id", line.bank_id] if line.bank_id else ["says", *f"{line.payer} {line.details}".casefold().split()]
    return hashlib.sha256("\x1f".join([line.day.isoformat(), str(line.amount.minor), *said]).encode()).hexdigest()


def sort(lines: Sequence[ReadLine], known: Iterable[Known], covered: Sequence[tuple[date, date]] = ()) -> list[Sorted]:
    """Sort a file's lines against what is known of their days and of those near by; `covered` are the first and last
    days of earlier files."""
    known = list(known)
    places = {(each.identity, each.ordinal) for each in known}
    identities = [identity_of(line) for line in lines]
    in_file = Counter(identities)
    highest = Counter(in_file)
    for each in known:
        highest[each.identity] = max(highest[each.identity], each.ordinal)
    ordinals = _counted(identities)
    missing = [each for each in known if each.ordinal > in_file[each.identity]]
    unknown = [at for at, place in enumerate(zip(identities, ordinals, strict=True)) if place not in places]
    likes = _likes(lines, unknown, missing, covered)
    repeats = _counted([(identity, _plain(line)) for identity, line in zip(identities, lines, strict=True)])
    lacking = {each.day for each in missing}
    edges = {min(line.day for line in lines), max(line.day for line in lines)} if lines else set()
    sorted_: list[Sorted] = []
    for at, (line, identity, ordinal) in enumerate(zip(lines, identities, ordinals, strict=True)):
        like, another, doubtful = likes.get(at), ordinal, True
        if (identity, ordinal) in places:
            verdict, open_to_doubt = KNOWN, line.bank_id is None and line.day in edges | lacking
            highest[identity] += 1
            another = highest[identity]
            doubtful = open_to_doubt and line.day in lacking
        elif like is not None:
            verdict, open_to_doubt = OTHER_FORM if like.day == line.day else MOVED, True
        elif line.bank_id is not None and repeats[at] > 1:
            verdict, open_to_doubt = REPEATED, True
        else:
            verdict, open_to_doubt, doubtful = NEW, False, False
        sorted_.append(Sorted(line, identity, ordinal, verdict, open_to_doubt, doubtful, another, like))
    return sorted_


def _counted(things: Sequence[Hashable]) -> list[int]:
    """Of each thing, its number among those that equal it so far."""
    seen: Counter[Hashable] = Counter()
    numbers = []
    for each in things:
        seen[each] += 1
        numbers.append(seen[each])
    return numbers


def _likes(
    lines: Sequence[ReadLine], unknown: Sequence[int], missing: Sequence[Known], covered: Sequence[tuple[date, date]]
) -> dict[int, Known]:
    """Which lines may be known ones that the file does not show otherwise: those of the same day first, of them those
    that say the same, then those booked on a day near by. Each known line is taken for one line alone."""
    by_place: dict[tuple[int, date], list[Known]] = defaultdict(list)
    for each in missing:
        by_place[each.amount_minor, each.day].append(each)
    days = [line.day for line in lines]
    span = (min(days), max(days)) if days else (date.max, date.min)
    found: dict[int, Known] = {}
    ways: tuple[tuple[Sequence[int], Callable[[ReadLine, Known], bool]], ...] = (
        ((0,), _alike),
        ((0,), lambda _line, _each: True),
        # The nearest day first.
        (
            sorted(range(-NEAR.days, NEAR.days + 1), key=abs)[1:],
            lambda line, each: _may_have_moved(line, each, span, covered),
        ),
    )
    for shifts, fits in ways:
        for at in unknown:
            line = lines[at]
            for shift in shifts if at not in found else ():
                waiting = by_place.get((line.amount.minor, _shifted(line.day, shift)), [])
                like = next((each for each in waiting if fits(line, each)), None)
                if like is not None:
                    waiting.remove(like)
                    found[at] = like
                    break
    return found


def _shifted(day: date, days: int) -> date:
    """A day some days away; itself at the end of the calendar."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day


def _may_have_moved(line: ReadLine, each: Known, span: tuple[date, date], covered: Sequence[tuple[date, date]]) -> bool:
    """Whether a line of a near day may be a known one: it says the same, or one of the two files should have shown the
    other's line within its own days and did not."""
    not_shown_now = span[0] < each.day < span[1]
    not_shown_then = any(first < line.day < last for first, last in covered)
    return _alike(line, each) or not_shown_now or not_shown_then


def _alike(line: ReadLine, each: Known) -> bool:
    """Whether a line says what a known one says: the same id, or the words of one are all among those of the other."""
    if line.bank_id is not None and line.bank_id == each.bank_id:
        return True
    ours, theirs = set(_plain(line).split()), set(each.said.casefold().split())
    return bool(ours and theirs) and (ours <= theirs or theirs <= ours)


def _plain(line: ReadLine) -> str:
    return " ".join(f"{line.payer} {line.details}".casefold().split())
