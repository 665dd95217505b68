"""Finding gifts: by reference, address, card or parts of a name, by amount and day; a page at a time.

Every way has an index that holds its order, so the first page of a million gifts takes as long as that of a thousand,
and a page goes on from a gift and not from a number (keyset).

What gifts are searched by, and the conditions in which both databases find it in their indexes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy import ColumnElement, func, literal_column, select

from app import clock, paging
from app.appeals.appeal import Appeal
from app.database import db
from app.donations import disputes as donations_disputes
from app.donations import refunds
from app.donations.by_hand import BOUNCED, REVERSED, GiftByHand
from app.donations.disputes import Dispute
from app.donations.donation import CARD, METHODS, RECEIVED, Donation
from app.donations.refunds import CAME_TO_NOTHING, DonationRefund
from app.donors import name_words, search_keys
from app.money import Money
from app.paging import Order, Page

NOT_RECEIVED = ("pledged", "on-its-way", "failed", "abandoned")

NEWEST, OLDEST, LARGEST, SMALLEST = "newest", "oldest", "largest", "smallest"
A_TO_Z, Z_TO_A = "a-z", "z-a"
ORDERS = (NEWEST, OLDEST, LARGEST, SMALLEST, A_TO_Z, Z_TO_A)


@dataclass(frozen=True)
class DonationFilter:
    """Which gifts: all that fit every part that is given. `words` is a reference, an email address, the last four
    digits of a card, or parts of a name; `state` is one of a gift's, or empty for all; `first`
    and `last` are local days; `branch_id` says of which branch, `donor_ids` of whom. `order` is one of
    `ORDERS`, or empty for the one that suits what is looked for."""

    words: str = ""
    state: str = RECEIVED
    method: str = ""
    appeal: str = ""
    branch_id: int | None = None
    first: date | None = None
    last: date | None = None
    at_least: Money | None = None
    at_most: Money | None = None
    donor_ids: frozenset[int] | None = None
    order: str = ""

    @property
    def by_name(self) -> bool:
        """Whether a name is looked for."""
        return bool(self.words) and kind_of(self.words) == "name"

    @cached_property
    def names(self) -> list[str] | None:
        """The names that are looked for, looked up once; nothing where they are many, or none are looked for."""
        return name_words.few(self.words) if self.by_name else None

    @property
    def by_day(self) -> bool:
        """Whether the days on which they came put them in order; else something else narrows them more."""
        narrower = self.words or self.donor_ids is not None or self.branch_id is not None
        return self.state == RECEIVED and self.method in ("", CARD) and not narrower


def kind_of(words: str) -> str:
    """What was typed into the one field that finds everything: a reference, a card's digits, an address, a name."""
    if re.fullmatch(r"[0-9a-f]{24}", words):
        return "reference"
    if re.fullmatch(r"[0-9]{4}", words):
        return "card"
    return "email" if "@" in words else "name"


def conditions(wanted: DonationFilter, *, along: bool = False) -> list[ColumnElement[bool]]:
    """What must be so of the gifts that are wanted; `along` as in `name_words.has_name`."""
    given: list[ColumnElement[bool]] = []
    if wanted.words:
        given.append(_says(wanted, along))
    # SQLite knows that an index of some rows will do only when the condition stands there as it does in the index.
    if wanted.state == RECEIVED:
        given.append(Donation.received_at.is_not(None))
    if wanted.state in NOT_RECEIVED:
        given += [Donation.state != literal_column("'received'"), Donation.state == wanted.state]
    if wanted.method in METHODS:
        given.append(Donation.method == wanted.method)
        given += [Donation.method != literal_column("'card'")] if wanted.method != CARD else []
    if wanted.appeal:
        given.append(Donation.appeal_id == select(Appeal.id).where(Appeal.reference == wanted.appeal).scalar_subquery())
    if wanted.branch_id is not None:
        given.append(Donation.branch_id == wanted.branch_id)
    if wanted.donor_ids is not None:
        given.append(Donation.donor_id.in_(wanted.donor_ids))
    return given + _between(wanted)


def _between(wanted: DonationFilter) -> list[ColumnElement[bool]]:
    given: list[ColumnElement[bool]] = []
    if wanted.first is not None:
        given.append(Donation.received_at >= _begin(wanted.first))
    if wanted.last is not None and wanted.last < date.max:
        given.append(Donation.received_at < _begin(wanted.last + timedelta(days=1)))
    for bound in (wanted.at_least, wanted.at_most):
        given += [Donation.currency == bound.currency] if bound is not None else []
    if wanted.at_least is not None and wanted.at_least == wanted.at_most:
        return [*given, Donation.amount_minor == wanted.at_least.minor]
    if wanted.at_least is not None:
        given.append(Donation.amount_minor >= wanted.at_least.minor)
    if wanted.at_most is not None:
        given.append(Donation.amount_minor <= wanted.at_most.minor)
    return given


def _says(wanted: DonationFilter, along: bool) -> ColumnElement[bool]:
    words = wanted.words
    match kind_of(words):
        case "reference":
            return Donation.reference == words
        case "card":
            return Donation.card_last4 == words
        case "email":
            return Donation.email_key == search_keys.email_key(words)
    return name_words.has_name(Donation.name_key, words, along=along, names=wanted.names)


def _begin(day: date) -> datetime:
    """The instant at which a local day begins."""
    return datetime.combine(day, datetime.min.time(), clock.local_zone())


# So many gifts are added up for everybody who looks; more on request.
_AT_A_GLANCE = 2000

# A gift whose dispute is not decided; of one that is decided only what was lost is said.
DISPUTED, _DECIDED = "disputed", "decided"
# A debit that the giver's bank took back.
RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Row:
    """One gift in a list. `given_back` went back, or is on its way; `lost` went with a dispute; `net_amount` is what
    the books have of it. `mark` says what else became of it: 'disputed' (not decided yet), 'returned' (by the giver's
    bank), 'bounced', 'reversed', or nothing. `method` is ours, or Stripe's word for what was no card."""

    reference: str
    at: datetime
    name: str
    amount: Money
    given_back: Money
    lost: Money
    net_amount: Money
    mark: str
    state: str
    method: str
    appeal: str


_BY_ENTRY = Order(Donation.id)
_BY_DAY = Order(Donation.received_at, Donation.id)
_BY_AMOUNT = Order(Donation.amount_minor, Donation.received_at, Donation.id)
_BY_AMOUNT_ALONE = Order(Donation.amount_minor, Donation.id)
_BY_NAME = (Donation.name_key, Donation.id)


def page(wanted: DonationFilter, *, older: str | None = None, newer: str | None = None) -> Page[Row]:
    """One page: the first, or the one beyond the gift of reference `older`, or before the one of `newer`."""
    query = select(Donation).where(*conditions(wanted, along=True))
    found = paging.page(query, _order(wanted), Donation.reference, older=older, newer=newer)
    return Page(rows(found.rows), found.newer, found.older)


@dataclass(frozen=True, slots=True)
class Sum:
    """What the received gifts that were found come to in one currency."""

    gifts: int
    came: Money
    net_amount: Money


def sums(wanted: DonationFilter, *, all_of_them: bool = False) -> list[Sum] | None:
    """What was found comes to, by currency; nothing when it is more than can be added up at a glance and was not asked
    for with `all_of_them`."""
    if not all_of_them and wanted.by_name and wanted.names is None:
        return None
    found = select(Donation.currency, Donation.amount_minor, refunds.net_minor().label("net_amount")).where(
        *conditions(wanted), Donation.received_at.is_not(None)
    )
    if not all_of_them:
        some = select(Donation.id).where(*conditions(wanted), Donation.received_at.is_not(None)).limit(_AT_A_GLANCE + 1)
        if (db.session.scalar(select(func.count()).select_from(some.subquery())) or 0) > _AT_A_GLANCE:
            return None
    gift = found.subquery()
    rows = db.session.execute(
        select(gift.c.currency, func.count(), func.sum(gift.c.amount_minor), func.sum(gift.c.net_amount))
        .group_by(gift.c.currency)
        .order_by(gift.c.currency)
    )
    return [Sum(number, Money(int(came), each), Money(int(left), each)) for each, number, came, left in rows]


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
    left, marks = _net_amounts(gifts), _marks(gifts)
    found = []
    for gift in gifts:
        returned, keeps = Money(refunded.get(gift.id, 0), gift.currency), Money(left.get(gift.id, 0), gift.currency)
        rest = gift.amount - keeps - returned
        lost = rest if marks.get(gift.id) == _DECIDED and rest.minor > 0 else Money(0, gift.currency)
        mark = "" if marks.get(gift.id) == _DECIDED else marks.get(gift.id, "")
        at = gift.received_at or gift.pledged_at
        found.append(
            Row(
                gift.reference,
                at,
                gift.name or "",
                gift.amount,
                returned,
                lost,
                keeps,
                mark,
                gift.state,
                gift.paid_by or gift.method,
                titles[gift.appeal_id],
            )
        )
    return found


def _net_amounts(gifts: Sequence[Donation]) -> dict[int, int]:
    """What is kept of each received gift, in minor units."""
    received = Donation.id.in_([gift.id for gift in gifts if gift.state == RECEIVED])
    return {
        each: int(minor) for each, minor in db.session.execute(select(Donation.id, refunds.net_minor()).where(received))
    }


def _marks(gifts: Sequence[Donation]) -> dict[int, str]:
    """What a list says of a gift beside its amount."""
    charges = {gift.charge_id: gift.id for gift in gifts if gift.charge_id}
    disputes = db.session.scalars(select(Dispute).where(Dispute.charge_id.in_(charges)).order_by(Dispute.id))
    marks = {gift.id: RETURNED for gift in gifts if gift.returned_at is not None}
    for each in disputes:
        marks[charges[each.charge_id]] = DISPUTED if donations_disputes.is_open(each) else _DECIDED
    by_hand = GiftByHand.donation_id.in_([gift.id for gift in gifts if gift.method != CARD])
    for row in db.session.scalars(select(GiftByHand).where(by_hand)):
        if row.came_to_nothing:
            marks[row.donation_id] = REVERSED if row.reversed_at is not None else BOUNCED
    return marks


def order_of(wanted: DonationFilter) -> str:
    """The order in which the gifts come: the one that was asked for, or the one that suits what is looked for."""
    if wanted.order:
        return wanted.order
    if wanted.by_name:
        return A_TO_Z
    some = (wanted.at_least or wanted.at_most) and wanted.at_least != wanted.at_most
    return LARGEST if wanted.by_day and some else NEWEST


def _order(wanted: DonationFilter) -> Order:
    """The order, along the index that narrows most."""
    dated = wanted.state == RECEIVED and (bool(wanted.order) or wanted.by_day)
    match order_of(wanted):
        case "a-z" | "z-a" as order:
            # Whoever is found by a name has one.
            return Order(*_BY_NAME, down=order == Z_TO_A, may_lack=not wanted.by_name)
        case "largest" | "smallest" as order:
            return Order(*(_BY_AMOUNT if dated else _BY_AMOUNT_ALONE).columns, down=order == LARGEST)
        case order:
            return Order(*(_BY_DAY if dated else _BY_ENTRY).columns, down=order == NEWEST)
