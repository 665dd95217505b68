"""Gifts by hand that need somebody: transfers and standing orders that stay out, and cash that is not paid in."""

from datetime import timedelta

from sqlalchemy import select

from app import clock
from app.database import db
from app.donations.by_hand import GiftByHand
from app.donations.count_sheet import CountSheet
from app.donations.donation import BANK_TRANSFER, CASH, PLEDGED, RECEIVED, Donation
from app.donations.standing_order import LATE_AFTER, StandingOrder
from app.money import written
from app.offline import promises
from app.reconciliation.exceptions.exception import BookException

# Cash is banked as soon as possible (Code of Fundraising Practice 2025, on cash); a week is too long.
_CASH_WAITS = timedelta(days=7)


def standing_orders(most: int) -> list[BookException]:
    """Standing orders whose payment has not come, the longest waiting first."""
    today = clock.today()
    late = (
        select(StandingOrder)
        .where(StandingOrder.ended_on.is_(None), StandingOrder.next_due_on < today - LATE_AFTER)
        .order_by(StandingOrder.next_due_on)
        .limit(most)
    )
    return [
        BookException(
            "standing order", each.reference, f"{written(each.amount)} a month, not seen since {each.next_due_on}"
        )
        for each in db.session.scalars(late)
    ]


def transfers(most: int) -> list[BookException]:
    """Transfers that were announced and have not come, the longest overdue first."""
    late = (
        select(Donation, GiftByHand.expected_on)
        .join(GiftByHand, GiftByHand.donation_id == Donation.id)
        # In the words of the index of all that is not received.
        .where(Donation.state != RECEIVED, Donation.state == PLEDGED, Donation.method == BANK_TRANSFER)
        .where(GiftByHand.expected_on < clock.today() - LATE_AFTER)
        .order_by(GiftByHand.expected_on, Donation.id)
        .limit(most)
    )
    return [
        BookException("announced transfer", gift.reference, f"{written(gift.amount)} was to come by {day}, and has not")
        for gift, day in db.session.execute(late)
    ]


def booked_early(most: int) -> list[BookException]:
    """Transfers that were booked when they were announced, as was once the rule, and that no statement has shown."""
    return [
        BookException("transfer booked early", gift.reference, f"{written(gift.amount)}, announced for {row.given_on}")
        for gift, row in promises.booked_early(most)
    ]


def unbanked_cash(most: int) -> list[BookException]:
    """Count sheets and gifts in cash that are not known to be at the bank after a week, the oldest first."""
    lying = (
        select(CountSheet)
        .where(
            CountSheet.banked_on.is_(None),
            CountSheet.reversed_at.is_(None),
            CountSheet.counted_on < clock.today() - _CASH_WAITS,
        )
        .order_by(CountSheet.id)
        .limit(most)
    )
    named = (
        select(Donation, GiftByHand.given_on)
        .join(GiftByHand, GiftByHand.donation_id == Donation.id)
        .where(
            GiftByHand.banked_on.is_(None),
            GiftByHand.reversed_at.is_(None),
            GiftByHand.bounced_on.is_(None),
            GiftByHand.count_sheet_id.is_(None),
            GiftByHand.given_on < clock.today() - _CASH_WAITS,
            Donation.method == CASH,
        )
        .order_by(Donation.id)
        .limit(most)
    )
    return [
        BookException(
            "unbanked cash", each.reference, f"{written(each.amount)} counted on {each.counted_on}, not at the bank"
        )
        for each in db.session.scalars(lying)
    ] + [
        BookException("unbanked gift", gift.reference, f"{written(gift.amount)} in cash of {day}, not at the bank")
        for gift, day in db.session.execute(named)
    ]
