"""Matching: what a line of the statement may be, of all that is expected; suggestions, never more.

Nothing is suggested whose amounts do not agree to the penny. Which of those that agree comes first is decided by what
the line says (a slip's reference, a payer's name) and by how near its day is to the one it was expected on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.banking import sums
from app.banking.item import (
    ASIDE,
    AWAITED,
    BOUNCED,
    CASH,
    CHEQUE,
    ENTRY,
    ORDER,
    PAYOUT,
    PAYOUT_BACK,
    TRANSFER,
    Item,
    Reason,
    Suggestion,
)
from app.money import Money

# How many days before and after it was expected each kind of thing may show on a statement.
_WINDOWS = {
    PAYOUT: (3, 14),
    PAYOUT_BACK: (0, 60),
    CASH: (1, 60),
    CHEQUE: (1, 60),
    TRANSFER: (30, 90),
    AWAITED: (7, 60),
    ORDER: (4, 14),
    BOUNCED: (0, 90),
    ASIDE: (0, 400),
    ENTRY: (14, 14),
}
# What is handed in together is one line: cash and cheques with one slip.
_TOGETHER = ({CASH, CHEQUE}, {PAYOUT})
_SPLIT_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OnStatement:
    """A line that waits to be matched, with everything the bank says about it."""

    reference: str
    day: date
    amount: Money
    said: str


def suggest(
    line: OnStatement, items: Sequence[Item], others: Sequence[OnStatement] = (), most: int = 3
) -> list[Suggestion]:
    """What a line may be, best first; at most `most`, and none for a line that nothing fits. `others` are further
    lines that wait, because one item may have come in parts."""
    fitting = [item for item in items if _may_be(line, item)]
    found = [_one(line, item) for item in fitting if item.amount == line.amount]
    found += _several(line, fitting)
    if not found:
        found = list(_parts(line, fitting, others))
    return sorted(found, key=lambda each: -each.score)[:most]


def _may_be(line: OnStatement, item: Item) -> bool:
    """Whether an item could show on this day, in this direction."""
    before, after = _WINDOWS.get(item.what, (7, 60))
    in_time = item.since - timedelta(days=before) <= line.day <= item.since + timedelta(days=after)
    same_way = (item.amount.minor > 0) == (line.amount.minor > 0)
    return in_time and same_way and item.amount.currency == line.amount.currency


def _one(line: OnStatement, item: Item) -> Suggestion:
    said = _said_of(line, [item])
    days = abs((line.day - item.since).days)
    return Suggestion((item,), (Reason("amount"), *said, Reason("days", days)), 100 + _worth(said) - min(days, 30))


def _several(line: OnStatement, items: Sequence[Item]) -> Iterator[Suggestion]:
    """Things that add up to the line: first those of one slip, then any few of them."""
    for kinds in _TOGETHER:
        group = [item for item in items if item.what in kinds]
        slips = sorted({item.reference for item in group if item.reference})
        of_slips = [[item for item in group if item.reference == slip] for slip in slips if kinds != {PAYOUT}]
        chosen = [each for each in of_slips if len(each) > 1 and _total(each) == line.amount.minor]
        if not chosen:
            picked = sums.pick([item.amount.minor for item in group], line.amount.minor, least=2)
            chosen = [[group[place] for place in picked]] if picked else []
        for each in chosen:
            said = _said_of(line, each)
            days = max(abs((line.day - item.since).days) for item in each)
            reasons = (Reason("sum", len(each)), *said, Reason("days", days))
            yield Suggestion(tuple(each), reasons, 70 + _worth(said) - min(days, 30))


def _parts(line: OnStatement, items: Sequence[Item], others: Sequence[OnStatement]) -> Iterator[Suggestion]:
    """One item that came as several lines, of which this is one."""
    for item in items:
        rest = item.amount.minor - line.amount.minor
        said = _said_of(line, [item])
        # Some sum always fits by chance, so the line itself must speak of the item.
        if item.what not in (PAYOUT, CASH, AWAITED) or rest * line.amount.minor <= 0 or not said:
            continue
        near = [
            other
            for other in others
            if other.reference != line.reference
            and abs(other.day - line.day) <= _SPLIT_WITHIN
            and _may_be(other, item)
            and _said_of(other, [item])
        ]
        picked = sums.pick([other.amount.minor for other in near], rest, least=1)
        if picked:
            reasons = (Reason("parts", len(picked) + 1), *said)
            yield Suggestion((item,), reasons, 40 + _worth(said), tuple(near[place].reference for place in picked))


def _total(items: Sequence[Item]) -> int:
    return sum(item.amount.minor for item in items)


def _said_of(line: OnStatement, items: Sequence[Item]) -> list[Reason]:
    """What the line itself says of the items: a reference of theirs, a word of the payer's name."""
    words = _words(line.said)
    squeezed = "".join(words)
    found = []
    for reference in dict.fromkeys(item.reference for item in items):
        wanted = "".join(_words(reference))
        if len(wanted) >= 3 and wanted in squeezed:
            found.append(Reason("reference", words=reference))
            break
    for payer in dict.fromkeys(item.payer for item in items):
        if any(word in words for word in _words(payer) if len(word) >= 3):
            found.append(Reason("payer", words=payer))
            break
    return found


def _worth(said: Sequence[Reason]) -> int:
    return sum({"reference": 50, "payer": 30}[each.kind] for each in said)


def _words(text: str) -> list[str]:
    return "".join(each if each.isalnum() else " " for each in text.casefold()).split()
