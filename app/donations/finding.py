"""Finding gifts: by reference, address, card or words of a name, by amount and day; a page at a time.

Every way has an index that holds its order, so the first page of a million gifts takes as long as that of a thousand,
and a page goes on from a gift and not from a number (keyset).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_

from app.appeals.appeal import Appeal
from app.donations.donation import Donation
from app.donations.gift_search import Wanted, conditions, kind_of
from app.donations.refund import CAME_TO_NOTHING, DonationRefund
from app.extensions import db
from app.money import Money

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One gift in a list."""

    reference: str
    at: datetime
    name: str
    amount: Money
    given_back: Money
    state: str
    method: str
    appeal: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of gifts, and from which gift the pages on both sides go on, where there are any."""

    rows: list[Row]
    newer: str | None
    older: str | None


@dataclass(frozen=True, slots=True)
class _Order:
    """The columns that a list runs along, all in one direction."""

    columns: tuple[Any, ...]
    down: bool = True

    def sorted(self, query: Select[Any], backwards: bool) -> Select[Any]:
        down = self.down is not backwards
        return query.order_by(*(column.desc() if down else column for column in self.columns))

    def beyond(self, key: Sequence[Any], backwards: bool) -> ColumnElement[bool]:
        here = tuple_(*self.columns)
        there = tuple_(*(literal(value, column.type) for value, column in zip(key, self.columns, strict=True)))
        return here < there if self.down is not backwards else here > there


_BY_ENTRY = _Order((Donation.id,))
_BY_DAY = _Order((Donation.received_at, Donation.id))
_BY_AMOUNT = _Order((Donation.amount_minor, Donation.received_at, Donation.id))
_BY_NAME = _Order((Donation.name_key, Donation.id), down=False)


def page(wanted: Wanted, *, older: str | None = None, newer: str | None = None) -> Page:
    """One page: the first, or the one beyond the gift of reference `older`, or before the one of `newer`."""
    order, backwards = _order(wanted), newer is not None
    query = select(Donation).where(*conditions(wanted))
    beyond = _key(order, newer or older or "")
    if beyond is not None:
        query = query.where(order.beyond(beyond, backwards))
    found = list(db.session.scalars(order.sorted(query, backwards).limit(PAGE + 1)))
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    if not found:
        return Page([], None, None)
    ahead, behind = (beyond is not None, more) if not backwards else (more, True)
    return Page(rows(found), found[0].reference if ahead else None, found[-1].reference if behind else None)


def rows(gifts: Sequence[Donation]) -> list[Row]:
    """Gifts as a list shows them, with what went back of each."""
    back = DonationRefund.state.not_in(CAME_TO_NOTHING) & DonationRefund.donation_id.in_([gift.id for gift in gifts])
    refunded: dict[int | None, int] = {
        row.donation_id: int(row.minor)
        for row in db.session.execute(
            select(DonationRefund.donation_id, func.sum(DonationRefund.amount_minor).label("minor"))
            .where(back)
            .group_by(DonationRefund.donation_id)
        )
    }
    named = select(Appeal.id, Appeal.title).where(Appeal.id.in_({gift.appeal_id for gift in gifts}))
    titles: dict[int, str] = {row.id: row.title for row in db.session.execute(named)}
    return [
        Row(
            gift.reference,
            gift.received_at or gift.pledged_at,
            gift.name or "",
            gift.amount,
            Money(refunded.get(gift.id, 0), gift.currency),
            gift.state,
            gift.method,
            titles[gift.appeal_id],
        )
        for gift in gifts
    ]


def _order(wanted: Wanted) -> _Order:
    """The order whose index narrows most."""
    if wanted.words and kind_of(wanted.words) == "name":
        return _BY_NAME
    if not wanted.by_day:
        return _BY_ENTRY
    return _BY_AMOUNT if (wanted.at_least or wanted.at_most) and wanted.at_least != wanted.at_most else _BY_DAY


def _key(order: _Order, reference: str) -> Sequence[Any] | None:
    """Where a gift stands in the order; `None` for one that does not exist."""
    found = db.session.execute(select(*order.columns).where(Donation.reference == reference)).first()
    return None if found is None or None in found else tuple(found)
