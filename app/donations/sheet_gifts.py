"""Gifts that are lines of a count sheet: cash from people with a name, which goes to the bank with the sheet's."""

from datetime import date

from sqlalchemy import select

from app import clock
from app.donations import receipts
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import Donation
from app.extensions import db
from app.ledger import posting, reversing


def of(sheet: CountSheet) -> list[tuple[Donation, GiftByHand]]:
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
    for _gift, row in of(sheet):
        row.paying_in, row.paid_in_on = slip, day


def banked(sheet: CountSheet) -> None:
    """Note what is noted of their sheet: that a line of the bank's shows it, or not any more."""
    for _gift, row in of(sheet):
        row.banked_on, row.bank_line = sheet.banked_on, sheet.bank_line


def reverse(sheet: CountSheet, reason: str, *, by: str) -> None:
    """Reverse them with their sheet; their receipts are void."""
    for gift, row in of(sheet):
        entry = posting.find(f"cash:{gift.reference}")
        if entry is None or row.reversed_at is not None:
            continue
        reversing.reverse(entry, memo="cash counted wrongly", recorded_by=by)
        row.reversed_at, row.reversed_by, row.reason = clock.now(), by, reason
        db.session.flush()
        receipts.correct_gift(gift)
