"""Lists of what came by hand: count sheets, gifts, standing orders, and what is at hand and not at the bank yet.

Each takes a fixed number of queries and reads one page, however many there are; `before` is the reference of the last
one seen. `branch_id` narrows it to what is a branch's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select

from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.database import db
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import CASH, CHEQUE, PLEDGED, RECEIVED, Donation
from app.donations.standing_order import StandingOrder
from app.money import Money
from app.paging import Order, Page, page

# Of what is at hand, more than this is not listed by itself; it is in the sum.
_MOST_AT_HAND = 200

_Columns = TypeVarTuple("_Columns")
# A gift, what only one by hand has, its branch's name and its appeal's title.
_Gift: TypeAlias = Row[Donation, GiftByHand, str | None, str]


@dataclass(frozen=True, slots=True)
class ToPayIn:
    """What is in hand in one currency: how many sheets or cheques, what they come to, since which day."""

    number: int
    amount: Money
    since: date


def sheets(branch_id: int | None, before: str = "") -> Page[Row[CountSheet, str | None, str]]:
    """A page of count sheets, the latest first, each with its branch's name and its appeal's title."""
    found = _with_names(select(CountSheet, Branch.name, Appeal.title), CountSheet, branch_id)
    return page(found, Order(CountSheet.id), CountSheet.reference, older=before)


def gifts(methods: Sequence[str], branch_id: int | None, before: str = "") -> Page[_Gift]:
    """A page of gifts by these methods, likewise."""
    found = _gifts(branch_id)
    if len(methods) == 1:
        found, order = found.where(Donation.method == methods[0], _BY_HAND), Order(Donation.id)
        return page(found, order, Donation.reference, older=before)
    # Of several methods, the latest are found by walking back through all gifts by hand: without the words of the
    # partial index, nothing tempts SQLite to sort all of them first.
    order = Order(GiftByHand.donation_id, joined=GiftByHand.donation_id == Donation.id)
    return page(found.where(Donation.method.in_(methods)), order, Donation.reference, older=before)


def promised(branch_id: int | None, before: str = "") -> Page[_Gift]:
    """A page of what was promised and has not come, likewise."""
    waiting = _gifts(branch_id).where(_NOT_RECEIVED, Donation.state == PLEDGED)
    return page(waiting, Order(Donation.id), Donation.reference, older=before)


def orders(branch_id: int | None, before: str = "") -> Page[Row[StandingOrder, str | None, str]]:
    """A page of standing orders, likewise."""
    found = _with_names(select(StandingOrder, Branch.name, Appeal.title), StandingOrder, branch_id)
    return page(found, Order(StandingOrder.id), StandingOrder.reference, older=before)


def cash_waiting(branch_id: int | None) -> Sequence[Row[CountSheet, str | None, str]]:
    """Count sheets whose cash is not known to be at the bank, the oldest first."""
    found = _with_names(select(CountSheet, Branch.name, Appeal.title), CountSheet, branch_id)
    return db.session.execute(found.where(*_CASH_WAITS).order_by(CountSheet.id).limit(_MOST_AT_HAND)).all()


def gifts_waiting(branch_id: int | None) -> Sequence[_Gift]:
    """Cheques, and cash that is on no count sheet, that are not known to be at the bank, the oldest first."""
    waiting = _gifts(branch_id).where(Donation.method.in_((CASH, CHEQUE)), *_BY_ITSELF, *_GIFT_WAITS)
    return db.session.execute(waiting.order_by(GiftByHand.donation_id).limit(_MOST_AT_HAND)).all()


def cash_at_hand(branch_id: int | None, *, paid_in: bool | None = None) -> list[ToPayIn]:
    """The cash that is not at the bank yet, by currency; `paid_in`: only what went there with a slip, or has not.
    Cash from a named person is on a count sheet, or counts as one of its own."""
    wanted = select(
        CountSheet.currency, func.count(), func.sum(CountSheet.amount_minor), func.min(CountSheet.counted_on)
    ).where(*_CASH_WAITS, *_own(CountSheet, branch_id), *_handed_in(CountSheet, paid_in))
    found = {
        currency: ToPayIn(number, Money(int(minor), currency), since)
        for currency, number, minor, since in db.session.execute(wanted.group_by(CountSheet.currency))
    }
    for each in _gifts_at_hand(CASH, branch_id, paid_in):
        more = found.get(each.amount.currency)
        if more is not None:
            each = ToPayIn(each.number + more.number, each.amount + more.amount, min(each.since, more.since))
        found[each.amount.currency] = each
    return [found[currency] for currency in sorted(found)]


def cheques_at_hand(branch_id: int | None, *, paid_in: bool | None = None) -> list[ToPayIn]:
    """The cheques that are not at the bank yet, likewise."""
    return _gifts_at_hand(CHEQUE, branch_id, paid_in)


def _gifts_at_hand(method: str, branch_id: int | None, paid_in: bool | None) -> list[ToPayIn]:
    wanted = (
        select(Donation.currency, func.count(), func.sum(Donation.amount_minor), func.min(GiftByHand.given_on))
        .join(GiftByHand, GiftByHand.donation_id == Donation.id)
        .where(
            Donation.method == method,
            *_BY_ITSELF,
            *_GIFT_WAITS,
            *_own(Donation, branch_id),
            *_handed_in(GiftByHand, paid_in),
        )
    )
    rows = db.session.execute(wanted.group_by(Donation.currency).order_by(Donation.currency))
    return [ToPayIn(number, Money(int(minor), currency), since) for currency, number, minor, since in rows]


def uncleared(appeal: Appeal) -> Money:
    """What an appeal has raised in cheques that no statement shows yet, and that the bank may still refuse."""
    total = (
        select(func.sum(Donation.amount_minor))
        .join(GiftByHand, GiftByHand.donation_id == Donation.id)
        .where(Donation.method == CHEQUE, Donation.appeal_id == appeal.id, *_BY_ITSELF, *_GIFT_WAITS)
    )
    return Money(int(db.session.scalar(total) or 0), appeal.currency)


# The words of the partial indexes, so that both databases know that they may use them.
_NOT_RECEIVED: ColumnElement[bool] = literal_column("donations.state <> 'received'")
_BY_HAND: ColumnElement[bool] = literal_column("donations.method <> 'card'")
# What has come, and is no line of a count sheet.
_BY_ITSELF = (Donation.state == RECEIVED, GiftByHand.count_sheet_id.is_(None))
_CASH_WAITS = (CountSheet.banked_on.is_(None), CountSheet.reversed_at.is_(None))
_GIFT_WAITS = (GiftByHand.banked_on.is_(None), GiftByHand.reversed_at.is_(None), GiftByHand.bounced_on.is_(None))


def _own(of: Any, branch_id: int | None) -> list[ColumnElement[bool]]:
    return [] if branch_id is None else [of.branch_id == branch_id]


def _handed_in(of: Any, paid_in: bool | None) -> list[ColumnElement[bool]]:
    return [] if paid_in is None else [of.paid_in_on.is_not(None) if paid_in else of.paid_in_on.is_(None)]


def _with_names(rows: Select[*_Columns], of: Any, branch_id: int | None) -> Select[*_Columns]:
    found = rows.outerjoin(Branch, Branch.id == of.branch_id).join(Appeal, Appeal.id == of.appeal_id)
    return found.where(*_own(of, branch_id))


def _gifts(branch_id: int | None) -> Select[Donation, GiftByHand, str | None, str]:
    rows = select(Donation, GiftByHand, Branch.name, Appeal.title)
    return _with_names(rows.join(GiftByHand, GiftByHand.donation_id == Donation.id), Donation, branch_id)
