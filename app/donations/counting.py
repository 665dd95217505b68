"""Counting: the cash of a collection becomes a count sheet and an entry in the books, together."""

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
from app.donations import by_hand, denominations, entering
from app.donations.count_sheet import CountSheet
from app.donations.donation import CASH
from app.donations.entering import HandGift
from app.errors import DomainError
from app.extensions import db
from app.ledger import accounts, posting
from app.ledger import entries as gift_kinds
from app.money import Money

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
    if not set(pieces) <= set(denominations.of(currency)) or not all(0 <= n <= MOST_PIECES for n in pieces.values()):
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
            reference=reference, submission=digest, appeal_id=appeal.id, branch_id=branch_id, place=counted.place,
            counted_on=counted.day, box=counted.box or None, seal=counted.seal or None,
            counter_one=counted.counters[0], counter_two=counted.counters[1],
            pieces=[[value, number] for value, number in sorted(counted.pieces.items(), reverse=True) if number],
            amount_minor=amount.minor, named_minor=named, currency=amount.currency,
            entered_at=clock.now(), entered_by=by,
        )
        .on_conflict_do_nothing(index_elements=["submission"])
        .returning(CountSheet.id)
    )  # fmt: skip
    if new is None:
        return db.session.scalars(select(CountSheet).where(CountSheet.submission == digest)).one()
    for place, gift in enumerate(counted.named):
        line = replace(gift, given_on=counted.day, count_sheet_id=new)
        entering.enter(appeal, CASH, line, submission=f"{submission}|line {place}", by=by, branch_id=branch_id)
    if amount.minor > named:
        cash = accounts.house_account("assets:cash", amount.currency)
        posting.post(
            f"count:{reference}",
            [posting.Line(income.account_of(appeal, branch_id), cash, Money(amount.minor - named, amount.currency))],
            kind=gift_kinds.CASH,
            subject=f"count:{reference}",
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
