"""Paying in: cash and cheques go to the bank with a slip, whose reference the bank's statement will show."""

from collections.abc import Sequence
from datetime import date

from app.donations import by_hand, cheques, promises
from app.donations.count_sheet import COUNTED, PAID_IN, CountSheet
from app.donations.donation import CHEQUE, Donation
from app.errors import DomainError
from app.extensions import db

_LONGEST = 40


class NotASlip(DomainError):
    """A paying-in slip without a reference, or with one that is too long."""


class NotAtHand(DomainError):
    """What was to be paid in is at the bank already, or was reversed, or never was a cheque."""


class NotPayableYet(DomainError):
    """A cheque carries a date that has not come yet."""


def pay_in(sheets: Sequence[CountSheet], gifts: Sequence[Donation], slip: str, day: date) -> None:
    """Hand in the cash of count sheets and cheques with one slip; what was handed in with another slip and has not
    arrived moves to this one. Nothing is booked: the money is at the bank when the statement shows it.

    The caller commits. Raises `NotASlip`, `NotAtHand`, `NotPayableYet` or `by_hand.NotYet`, and nothing has changed.
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
        gift.method != CHEQUE or row.state(gift) not in (by_hand.WAITING, by_hand.PAID_IN)
        for gift, row in zip(gifts, rows, strict=True)
    ):
        raise NotAtHand("only cash and cheques that are at hand can be paid in")
    for sheet in sheets:
        sheet.paying_in, sheet.paid_in_on = slip, day
    for row in rows:
        row.paying_in, row.paid_in_on = slip, day
    db.session.flush()
