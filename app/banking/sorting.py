"""Sorting a file's payments into those that are new and those that are known, so that none counts twice and none is
lost.

A payment is known by the bank's own id, or where it has none by what its line says. Lines that say the same are
counted: a day's n-th in the file is the day's n-th in the books. So the same file again, a later one that overlaps, or
rows in another order add nothing, and two equal payments on one day are two.

One thing no file can tell without ids: whether a line is the one we know, or another that says the same, when the file
holds only a part of that day. Such a line is taken for the known one, but is *doubtful* where the file lacks others of
that day, and a person may say that it is another.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.banking.as_read import ReadLine

NEW, KNOWN, OTHER_FORM = "new", "known", "other-form"


@dataclass(frozen=True, slots=True)
class Known:
    """A line that the books have."""

    identity: str
    ordinal: int
    day: date
    amount_minor: int
    has_id: bool


@dataclass(frozen=True, slots=True)
class Sorted:
    """A file's line and its place: `NEW` or `KNOWN`, or `OTHER_FORM` when a line of that day and amount came with a
    file of another form, whose words or ids are others: then it is taken for that one.

    `may_be_another`: a person may say that it is a further payment, whose place is then `ordinal_if_another`.
    """

    line: ReadLine
    identity: str
    ordinal: int
    verdict: str
    may_be_another: bool = False
    doubtful: bool = False
    ordinal_if_another: int = 0


def identity_of(line: ReadLine) -> str:
    """What tells a payment from others: day and amount, and the bank's id or else all that the line says."""
    said = ["id", line.bank_id] if line.bank_id else ["says", *f"{line.payer} {line.details}".casefold().split()]
    return hashlib.sha256("\x1f".join([line.day.isoformat(), str(line.amount.minor), *said]).encode()).hexdigest()


def sort(lines: Sequence[ReadLine], known: Iterable[Known]) -> list[Sorted]:
    """Sort a file's lines against what is known of their days."""
    known = list(known)
    places = {(each.identity, each.ordinal) for each in known}
    identities = [identity_of(line) for line in lines]
    in_file = Counter(identities)
    highest = Counter(in_file)
    for each in known:
        highest[each.identity] = max(highest[each.identity], each.ordinal)
    missing = [each for each in known if each.ordinal > in_file[each.identity]]
    lacking = {each.day for each in missing}
    other_form = Counter((each.day, each.amount_minor, each.has_id) for each in missing)
    edges = {min(line.day for line in lines), max(line.day for line in lines)} if lines else set()
    seen: Counter[str] = Counter()
    sorted_: list[Sorted] = []
    for line, identity in zip(lines, identities, strict=True):
        seen[identity] += 1
        alike = (line.day, line.amount.minor, line.bank_id is None)
        if (identity, seen[identity]) in places:
            verdict, open_to_doubt = KNOWN, line.bank_id is None and line.day in edges | lacking
        elif other_form[alike]:
            other_form[alike] -= 1
            verdict, open_to_doubt = OTHER_FORM, True
        else:
            verdict, open_to_doubt = NEW, False
        another = seen[identity]
        if verdict == KNOWN:
            highest[identity] += 1
            another = highest[identity]
        doubtful = verdict == OTHER_FORM or (open_to_doubt and line.day in lacking)
        sorted_.append(Sorted(line, identity, seen[identity], verdict, open_to_doubt, doubtful, another))
    return sorted_
