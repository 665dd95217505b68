"""Paying in: cash and cheques go to the bank with a slip, whose reference the bank's statement will show."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from app.database import db
from app.donations import by_hand
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import COUNTED, PAID_IN, CountSheet
from app.donations.donation import CASH, CHEQUE, RECEIVED, Donation
from app.errors import DomainError
from app.ledger import in_hand
from app.money import Money
from app.offline import cheques, counts, promises

_LONGEST = 40


class NotASlip(DomainError):
    """A paying-in slip without a reference, or with one that is too long."""


class NotAtHand(DomainError):
    """What was to be paid in is at the bank already, or was reversed, or never was a cheque."""


class NotPayableYet(DomainError):
    """A cheque carries a date that has not come yet."""


def pay_in(sheets: Sequence[CountSheet], gifts: Sequence[Donation], slip: str, day: date) -> None:
    """Pay in the cash of count sheets and cheques with one slip; what was paid in with another slip and has not
    arrived moves to this one. Nothing is booked: the money is at the bank when the statement shows it.

    The caller commits. Raises `NotASlip`, `NotAtHand`, `NotPayableYet`, `in_hand.BelowZero` or `by_hand.NotYet`;
    the caller then undoes what was flushed.
    """
    if not 0 < len(slip) <= _LONGEST:
        raise NotASlip(f"a paying-in slip has a reference of up to {_LONGEST} characters")
    by_hand.moment_of(day)
    for gift in gifts:
        promises.come_due(gift, by="slip")
    rows = [cheques.locked(gift) for gift in gifts]
    for sheet in sheets:
        db.session.refresh(sheet, with_for_update=True)
    if any(row.dated_on is not None and row.dated_on > day for row in rows):
        raise NotPayableYet("a cheque is dated later than this day")
    if any(sheet.state not in (COUNTED, PAID_IN) for sheet in sheets) or any(
        gift.method not in (CASH, CHEQUE)
        or row.count_sheet_id is not None
        or row.state(gift) not in (by_hand.WAITING, by_hand.PAID_IN)
        for gift, row in zip(gifts, rows, strict=True)
    ):
        raise NotAtHand("only cash and cheques that are at hand can be paid in")
    for sheet in sheets:
        sheet.paying_in, sheet.paid_in_on = slip, day
        counts.paid_in(sheet, slip, day)
    for row in rows:
        row.paying_in, row.paid_in_on = slip, day
    db.session.flush()
    for currency in sorted({sheet.currency for sheet in sheets} | {gift.currency for gift in gifts}):
        _check_that_it_is_there(currency, day)


def _check_that_it_is_there(currency: str, day: date) -> None:
    """Refuse slips over more than is in hand, because something was spent or is missing. Raises `BelowZero`."""
    in_hand.one_taker_at_a_time()
    for method, account in ((CASH, "assets:cash"), (CHEQUE, "assets:cheques")):
        gone = _gifts_paid_in(method, currency) + (_sheets_paid_in(currency) if method == CASH else 0)
        missing = gone - in_hand.held(account, currency)
        if gone and missing > 0:
            raise in_hand.BelowZero(f"{account}:{currency}", day, Money(missing, currency))


def _sheets_paid_in(currency: str) -> int:
    on_its_way = CountSheet.banked_on.is_(None) & CountSheet.reversed_at.is_(None) & CountSheet.paid_in_on.is_not(None)
    total = select(func.sum(CountSheet.amount_minor)).where(on_its_way, CountSheet.currency == currency)
    return int(db.session.scalar(total) or 0)


def _gifts_paid_in(method: str, currency: str) -> int:
    total = (
        select(func.sum(Donation.amount_minor))
        .join(GiftByHand, GiftByHand.donation_id == Donation.id)
        .where(
            GiftByHand.banked_on.is_(None),
            GiftByHand.reversed_at.is_(None),
            GiftByHand.bounced_on.is_(None),
            GiftByHand.paid_in_on.is_not(None),
            GiftByHand.count_sheet_id.is_(None),
            Donation.state == RECEIVED,
            Donation.method == method,
            Donation.currency == currency,
        )
    )
    return int(db.session.scalar(total) or 0)
