"""Matching: what a line of the statement may be, of all that is expected; suggestions, never more.

Nothing is suggested whose amounts do not agree to the penny. Which of those that agree comes first is decided by what
the line says (a slip's reference, a payer's name) and by how near its day is to the one it was expected on.

What is expected: everything that a line of the statement may be, whoever knows of it.

Sums: which few of many amounts come to a given one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.money import Money
from app.subject import Subject

PAYOUT, PAYOUT_BACK, CASH, CHEQUE = "payout", "payout-back", "cash", "cheque"
TRANSFER, ORDER, BOUNCED, UNIDENTIFIED = "bank-transfer", "standing-order", "bounced", "unidentified"
# A transfer that was booked when it was announced, as was once the rule; `TRANSFER` was announced and is not booked.
AWAITED = "awaited"
# An entry that was made by hand, before the statement showed what it is about.
ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing that a line of the statement may show: `what` it is, by the names above.

    A positive `amount` comes to the bank from the account `account_code`; a negative one, such as a cheque sent back
    unpaid, leaves the bank for there. `payer` and `reference` are what the line may say of it; things paid in with one
    slip share its reference, and are one line together.
    """

    subject: Subject
    what: str
    amount: Money
    since: date
    account_code: str
    payer: str = ""
    reference: str = ""

    @property
    def key(self) -> str:
        """What tells it from all else that is expected: the same payout may be expected, and be expected back."""
        return f"{self.what}|{self.subject}"

    @staticmethod
    def subject_in(key: str) -> Subject:
        """The subject of what is expected under a key."""
        return Subject.parse(key.partition("|")[2])


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a line fits: `kind` is 'amount', 'sum', 'parts', 'reference', 'payer' or 'days', which `number` counts
    (of items, of lines, of days from when it was expected)."""

    kind: str
    number: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a line may be: one item or several together, or with other lines (their references) one item."""

    items: tuple[Expected, ...]
    reasons: tuple[Reason, ...]
    score: int
    with_lines: tuple[str, ...] = ()

    @property
    def likely(self) -> bool:
        """Whether the line itself speaks of it: more than an amount that may be chance."""
        return any(reason.kind in ("reference", "payer") for reason in self.reasons)


# Among more than this, several sums would fit by chance; and a search must end.
_MANY, _FEW, _STEPS = 40, 8, 20_000


def pick(amounts: Sequence[int], total: int, *, least: int) -> list[int] | None:
    """The places of at least `least` amounts that come to `total`, all of one sign; the fewest that do, earlier ones
    first. `None` when none do, or when there are too many to say."""
    sign = 1 if total > 0 else -1
    sizes = [sign * amount for amount in amounts]
    if not total or len(sizes) > _MANY or any(size <= 0 for size in sizes):
        return None
    if sum(sizes) == sign * total and len(sizes) >= least:
        return list(range(len(sizes)))
    steps = 0

    def search(start: int, left: int, chosen: list[int], count: int) -> list[int] | None:
        nonlocal steps
        if count == 0:
            return chosen if left == 0 else None
        for place in range(start, len(sizes)):
            steps += 1
            if steps > _STEPS:
                return None
            if sizes[place] <= left:
                found = search(place + 1, left - sizes[place], [*chosen, place], count - 1)
                if found is not None:
                    return found
        return None

    for count in range(least, min(len(sizes), _FEW) + 1):
        found = search(0, sign * total, [], count)
        if found is not None:
            return found
    return None


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
    UNIDENTIFIED: (0, 400),
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
    line: OnStatement, items: Sequence[Expected], others: Sequence[OnStatement] = (), most: int = 3
) -> list[Suggestion]:
    """What a line may be, best first; at most `most`, and none for a line that nothing fits. `others` are further
    lines that wait, because one item may have come in parts."""
    fitting = [item for item in items if _may_be(line, item)]
    found = [_one(line, item) for item in fitting if item.amount == line.amount]
    found += _several(line, fitting)
    if not found:
        found = list(_parts(line, fitting, others))
    return sorted(found, key=lambda each: -each.score)[:most]


def _may_be(line: OnStatement, item: Expected) -> bool:
    """Whether an item could show on this day, in this direction."""
    before, after = _WINDOWS.get(item.what, (7, 60))
    in_time = item.since - timedelta(days=before) <= line.day <= item.since + timedelta(days=after)
    same_way = (item.amount.minor > 0) == (line.amount.minor > 0)
    return in_time and same_way and item.amount.currency == line.amount.currency


def _one(line: OnStatement, item: Expected) -> Suggestion:
    said = _said_of(line, [item])
    days = abs((line.day - item.since).days)
    return Suggestion((item,), (Reason("amount"), *said, Reason("days", days)), 100 + _worth(said) - min(days, 30))


def _several(line: OnStatement, items: Sequence[Expected]) -> Iterator[Suggestion]:
    """Things that add up to the line: first those of one slip, then any few of them."""
    for kinds in _TOGETHER:
        group = [item for item in items if item.what in kinds]
        slips = sorted({item.reference for item in group if item.reference})
        of_slips = [[item for item in group if item.reference == slip] for slip in slips if kinds != {PAYOUT}]
        chosen = [each for each in of_slips if len(each) > 1 and _total(each) == line.amount.minor]
        if not chosen:
            picked = pick([item.amount.minor for item in group], line.amount.minor, least=2)
            chosen = [[group[place] for place in picked]] if picked else []
        for each in chosen:
            said = _said_of(line, each)
            days = max(abs((line.day - item.since).days) for item in each)
            reasons = (Reason("sum", len(each)), *said, Reason("days", days))
            yield Suggestion(tuple(each), reasons, 70 + _worth(said) - min(days, 30))


def _parts(line: OnStatement, items: Sequence[Expected], others: Sequence[OnStatement]) -> Iterator[Suggestion]:
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
        picked = pick([other.amount.minor for other in near], rest, least=1)
        if picked:
            reasons = (Reason("parts", len(picked) + 1), *said)
            yield Suggestion((item,), reasons, 40 + _worth(said), tuple(near[place].reference for place in picked))


def _total(items: Sequence[Expected]) -> int:
    return sum(item.amount.minor for item in items)


def _said_of(line: OnStatement, items: Sequence[Expected]) -> list[Reason]:
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
