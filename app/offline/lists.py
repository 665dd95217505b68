"""Lists of what came by hand: count sheets, gifts, standing orders, and what is at hand and not at the bank yet.

Each takes a fixed number of queries and reads one page, however many there are. `branch_id` narrows it to what is a
branch's own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Row, Select, func, literal_column, select

from app.appeals.appeal import Appeal
from app.appeals.branch import Branch
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import CASH, CHEQUE, PLEDGED, RECEIVED, Donation
from app.donations.standing_order import StandingOrder
from app.extensions import db
from app.money import Money

PAGE = 50
# Of what is at hand, more than this is not listed by itself; it is in the sum.
_MOST_AT_HAND = 200

_Columns = TypeVarTuple("_Columns")


@dataclass(frozen=True, slots=True)
class ToPayIn:
    """What lies in the drawer in one currency: how many sheets or cheques, what they come to, since which day."""

    number: int
    amount: Money
    since: date


def sheets(branch_id: int | None, before: str = "") -> Sequence[Row[CountSheet, str | None, str]]:
    """A page of count sheets, the latest first, each with its branch's name and its appeal's title, and one more when
    there is another page; `before` is the reference of the last one seen."""
    found = _with_names(select(CountSheet, Branch.name, Appeal.title), CountSheet, branch_id)
    return _page(found, CountSheet.id, select(CountSheet.id).where(CountSheet.reference == before), before)


def gifts(
    methods: Sequence[str], branch_id: int | None, before: str = ""
) -> Sequence[Row[Donation, GiftByHand, str | None, str]]:
    """A page of gifts by these methods, likewise."""
    found = _with_names(
        select(Donation, GiftByHand, Branch.name, Appeal.title).join(GiftByHand, GiftByHand.donation_id == Donation.id),
        Donation,
        branch_id,
    )
    last = select(Donation.id).where(Donation.reference == before)
    if len(methods) == 1:
        return _page(found.where(Donation.method == methods[0], _BY_HAND), Donation.id, last, before)
    # Of several methods, the latest are found by walking back through all gifts by hand: without the words of the
    # partial index, nothing tempts SQLite to sort all of them first.
    return _page(found.where(Donation.method.in_(methods)), GiftByHand.donation_id, last, before)


def promised(branch_id: int | None, before: str = "") -> Sequence[Row[Donation, GiftByHand, str | None, str]]:
    """A page of what was promised and has not come, likewise."""
    found = _with_names(
        select(Donation, GiftByHand, Branch.name, Appeal.title).join(GiftByHand, GiftByHand.donation_id == Donation.id),
        Donation,
        branch_id,
    )
    waits = (_NOT_RECEIVED, Donation.state == PLEDGED)
    return _page(found.where(*waits), Donation.id, select(Donation.id).where(Donation.reference == before), before)


def orders(branch_id: int | None, before: str = "") -> Sequence[Row[StandingOrder, str | None, str]]:
    """A page of standing orders, likewise."""
    found = _with_names(select(StandingOrder, Branch.name, Appeal.title), StandingOrder, branch_id)
    return _page(found, StandingOrder.id, select(StandingOrder.id).where(StandingOrder.reference == before), before)


def cash_waiting(branch_id: int | None) -> Sequence[Row[CountSheet, str | None, str]]:
    """Count sheets whose cash is not known to be at the bank, the oldest first."""
    found = _with_names(select(CountSheet, Branch.name, Appeal.title), CountSheet, branch_id)
    return db.session.execute(found.where(*_CASH_WAITS).order_by(CountSheet.id).limit(_MOST_AT_HAND)).all()


def gifts_waiting(branch_id: int | None) -> Sequence[Row[Donation, GiftByHand, str | None, str]]:
    """Cheques, and cash that is on no count sheet, that are not known to be at the bank, the oldest first."""
    found = _with_names(
        select(Donation, GiftByHand, Branch.name, Appeal.title).join(GiftByHand, GiftByHand.donation_id == Donation.id),
        Donation,
        branch_id,
    )
    waits = (Donation.method.in_((CASH, CHEQUE)), *_BY_ITSELF, *_GIFT_WAITS)
    return db.session.execute(found.where(*waits).order_by(GiftByHand.donation_id).limit(_MOST_AT_HAND)).all()


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


def _page(rows: Select[*_Columns], key: Any, last: Select[int], before: str) -> Sequence[Row[*_Columns]]:
    if before:
        rows = rows.where(key < last.scalar_subquery())
    return db.session.execute(rows.order_by(key.desc()).limit(PAGE + 1)).all()
