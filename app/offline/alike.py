"""Gifts that look like one that is about to be entered by hand: in the books already, or promised already."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, or_, select

from app.database import db
from app.donations.by_hand import GiftByHand
from app.donations.donation import BANK_TRANSFER, CASH, CHEQUE, PLEDGED, RECEIVED, STANDING_ORDER, Donation
from app.donations.standing_order import StandingOrder
from app.donors import search_keys
from app.money import Money
from app.offline.gifts import HandGift

# So far apart may be the days on which two people write down one gift, before and after.
_NEAR = timedelta(days=14)
_CHEQUES_LAST = timedelta(days=200)
_MOST = 20
_SHORTEST_WORD = 3


@dataclass(frozen=True, slots=True)
class Alike:
    """A gift like the one that is entered: its reference, how it came, from whom, and on which day it came or was
    announced. `promised` while it has not come."""

    reference: str
    method: str
    name: str
    amount: Money
    day: date
    promised: bool


def gifts(method: str, gift: HandGift, branch_id: int | None = None) -> list[Alike]:
    """What looks like this gift, at most a few; with `branch_id` of a branch's own. The amount agrees to the penny; so
    do a cheque's number, or the days nearly and whatever is known of the names."""
    found = _by_hand(gift).where(_is_near(method, gift))
    if branch_id is not None:
        found = found.where(Donation.branch_id == branch_id)
    return [
        Alike(
            donation.reference,
            donation.method,
            donation.name or "",
            donation.amount,
            row.banked_on or row.given_on,
            donation.state == PLEDGED,
        )
        for donation, row in db.session.execute(found.order_by(Donation.id.desc()).limit(_MOST))
        if (gift.what and row.what == gift.what) or _may_be_one(method, gift.name, donation.name or "")
    ][:3]


def orders(amount: Money, payer: str) -> list[StandingOrder]:
    """Standing orders that are expected already, of the same amount from the same payer."""
    running = select(StandingOrder).where(
        StandingOrder.ended_on.is_(None),
        StandingOrder.amount_minor == amount.minor,
        StandingOrder.currency == amount.currency,
    )
    return [each for each in db.session.scalars(running.order_by(StandingOrder.id)) if _share(payer, each.payer or "")]


def _by_hand(gift: HandGift) -> Select[Donation, GiftByHand]:
    return (
        select(Donation, GiftByHand)
        .join(GiftByHand, GiftByHand.donation_id == Donation.id)
        .where(
            Donation.amount_minor == gift.amount.minor,
            Donation.currency == gift.amount.currency,
            Donation.state.in_((PLEDGED, RECEIVED)),
            GiftByHand.reversed_at.is_(None),
            GiftByHand.bounced_on.is_(None),
        )
    )


def _is_near(method: str, gift: HandGift) -> ColumnElement[bool]:
    first, last = gift.given_on - _NEAR, max(gift.given_on, gift.expected_on or gift.given_on) + _NEAR
    by_bank = Donation.method.in_((BANK_TRANSFER, STANDING_ORDER))
    near = GiftByHand.given_on.between(first, last) | GiftByHand.expected_on.between(first, last)
    if method == BANK_TRANSFER:
        return by_bank & (near | (Donation.state == PLEDGED))
    if method == CHEQUE:
        numbered = (Donation.method == CHEQUE) & (GiftByHand.given_on >= gift.given_on - _CHEQUES_LAST)
        return or_(by_bank & near, numbered & (near | (GiftByHand.what == (gift.what or None))))
    if method == CASH:
        return (Donation.method == CASH) & near
    return (Donation.method == method) & near


def _may_be_one(method: str, name: str, other: str) -> bool:
    """Whether two names may be one person's. Of a transfer the name may be unknown; else both must say it."""
    if method == BANK_TRANSFER and not (name and other):
        return True
    return _share(name, other)


def _share(name: str, other: str) -> bool:
    """Whether two names have a word in common, as banks write them."""
    words = {each for each in (search_keys.name_key(name) or "").split() if len(each) >= _SHORTEST_WORD}
    return not words.isdisjoint((search_keys.name_key(other) or "").split())
