"""Counting: the cash of a collection becomes a count sheet and an entry in the books, together.

Denominations: the notes and coins in which cash of a currency is counted, the largest first.

Gifts that are lines of a count sheet: cash from people with a name, which goes to the bank with the sheet's.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from app import clock
from app.appeals import income
from app.appeals.appeal import Appeal
from app.database import db
from app.donations import by_hand, receipts
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import CASH, Donation
from app.errors import DomainError
from app.ledger import entries as gift_kinds
from app.ledger import posting, reversing
from app.money import Money, decimals
from app.offline import gifts
from app.offline.gifts import HandGift
from app.subject import Subject

# In minor units. Bank of England and Royal Mint, European Central Bank, United States: what is in circulation.
_OF = {
    "gbp": (5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "eur": (50000, 20000, 10000, 5000, 2000, 1000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "usd": (10000, 5000, 2000, 1000, 500, 200, 100, 50, 25, 10, 5, 1),
}
_SMALLEST_NOTE = {"gbp": 500, "eur": 500, "usd": 100}


def of(currency: str) -> tuple[int, ...]:
    """The values of a currency's notes and coins in minor units; for one that we do not know, the usual 5-2-1."""
    if currency in _OF:
        return _OF[currency]
    top = 2 + decimals(currency)
    return tuple(step * 10**power for power in range(top, -1, -1) for step in (5, 2, 1))


def is_note(value: int, currency: str) -> bool:
    """Whether this value is a note rather than a coin, as far as we know."""
    return value >= _SMALLEST_NOTE.get(currency, 0)


# More pieces of one kind than this are a slip of the finger.
MOST_PIECES = 100_000


class NothingCounted(DomainError):
    """A sheet without a coin."""


class NotAPiece(DomainError):
    """A note or coin that this currency does not have, or an impossible number of them."""


class OneCounter(DomainError):
    """The same person would have counted twice."""


class TooMuchNamed(DomainError):
    """The lines with a name come to more than was counted, or to nothing."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a sheet says: where and when, which boxes with which seals, who counted, how many of each value in minor
    units, and what of it came from people with a name."""

    place: str
    day: date
    counters: tuple[str, str]
    pieces: Mapping[int, int] = field(default_factory=dict)
    box: str = ""
    seal: str = ""
    named: tuple[HandGift, ...] = ()


def total(pieces: Mapping[int, int], currency: str) -> Money:
    """What these notes and coins come to. Raises `NotAPiece`."""
    if not set(pieces) <= set(of(currency)) or not all(0 <= n <= MOST_PIECES for n in pieces.values()):
        raise NotAPiece("there is no such note or coin, or too many of it")
    return Money(sum(value * number for value, number in pieces.items()), currency)


def count(appeal: Appeal, counted: Count, *, submission: str, by: str, branch_id: int | None = None) -> CountSheet:
    """Write down what two people counted, and book it from the appeal's income (or its branch's) to the cash.

    It is in the appeal's raised at once. Each line with a name is a gift of its own, on the sheet's day; the rest is
    the collection's and counts as no gift, because nobody knows how many gave. `submission` names the form: the same
    one again is the same sheet. The caller commits. Raises `NothingCounted`, `NotAPiece`, `OneCounter`,
    `TooMuchNamed` or `by_hand.NotYet`.
    """
    amount = total(counted.pieces, appeal.currency)
    if amount.minor <= 0:
        raise NothingCounted("nothing was counted")
    if not all(map(_folded, counted.counters)) or same_person(*counted.counters):
        raise OneCounter("two different people count a box")
    named = sum(each.amount.minor for each in counted.named)
    if named > amount.minor or any(each.amount.minor <= 0 for each in counted.named):
        raise TooMuchNamed("people with a name gave no more than was counted")
    moment = by_hand.moment_of(counted.day)
    digest = hashlib.sha256(f"count|{submission}".encode()).hexdigest()
    reference = secrets.token_hex(12)
    new = db.session.scalar(
        postgresql.insert(CountSheet)
        .values(
            reference=reference,
            submission=digest,
            appeal_id=appeal.id,
            branch_id=branch_id,
            place=counted.place,
            counted_on=counted.day,
            box=counted.box or None,
            seal=counted.seal or None,
            counter_one=counted.counters[0],
            counter_two=counted.counters[1],
            pieces=[[value, number] for value, number in sorted(counted.pieces.items(), reverse=True) if number],
            amount_minor=amount.minor,
            named_minor=named,
            currency=amount.currency,
            entered_at=clock.now(),
            entered_by=by,
        )
        .on_conflict_do_nothing(index_elements=["submission"])
        .returning(CountSheet.id)
    )
    if new is None:
        return db.session.scalars(select(CountSheet).where(CountSheet.submission == digest)).one()
    for place, gift in enumerate(counted.named):
        line = replace(gift, given_on=counted.day, count_sheet_id=new)
        gifts.enter(appeal, CASH, line, submission=f"{submission}|line {place}", by=by, branch_id=branch_id)
    if amount.minor > named:
        source = income.account_of(appeal, branch_id)
        posting.post(
            Subject("count", reference),
            [posting.Line(source, "assets:cash", Money(amount.minor - named, amount.currency))],
            kind=gift_kinds.CASH,
            subject=Subject("count", reference),
            memo="cash counted",
            occurred_at=moment,
            recorded_by=by,
        )
    return db.session.scalars(select(CountSheet).where(CountSheet.submission == digest)).one()


def same_person(one: str, other: str) -> bool:
    """Whether two names are one person's as far as spelling can tell."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    """A name without what two spellings of one person's differ in."""
    return " ".join(name.casefold().split())


def named_gifts(sheet: CountSheet) -> list[tuple[Donation, GiftByHand]]:
    """The gifts that are lines of a sheet, in the order in which they stand on it."""
    lines = (
        select(Donation, GiftByHand)
        .join(GiftByHand, GiftByHand.donation_id == Donation.id)
        .where(GiftByHand.count_sheet_id == sheet.id)
        .order_by(Donation.id)
    )
    return [(gift, row) for gift, row in db.session.execute(lines)]


def paid_in(sheet: CountSheet, slip: str, day: date) -> None:
    """Note that they went to the bank with their sheet."""
    for _gift, row in named_gifts(sheet):
        row.paying_in, row.paid_in_on = slip, day


def banked(sheet: CountSheet) -> None:
    """Note what is noted of their sheet: that a line of the bank's shows it, or not any more."""
    for _gift, row in named_gifts(sheet):
        row.banked_on, row.bank_line = sheet.banked_on, sheet.bank_line


def reverse(sheet: CountSheet, reason: str, *, by: str) -> None:
    """Reverse them with their sheet; their receipts are void."""
    for gift, row in named_gifts(sheet):
        entry = posting.find(f"cash:{gift.reference}")
        if entry is None or row.reversed_at is not None:
            continue
        reversing.reverse(entry, memo="cash counted wrongly", recorded_by=by)
        row.reversed_at, row.reversed_by, row.reason = clock.now(), by, reason
        db.session.flush()
        receipts.correct_gift(gift)
