"""What went back of a gift, as its giver is told: each refund, what the bank took, and what is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app import clock
from app.donations import net_amount
from app.donations.donation import Donation
from app.donations.refunds import ASKED, CAME_TO_NOTHING, DonationRefund
from app.extensions import db
from app.money import Money


@dataclass(frozen=True, slots=True)
class Return:
    """Money that went back, or with `on_its_way` is about to. `day` is when it was asked for; `None` for what the
    giver's bank took back after a dispute, and for what we paid back from our own bank account (`by_transfer`)."""

    amount: Money
    day: date | None
    on_its_way: bool = False
    by_transfer: bool = False


@dataclass(frozen=True, slots=True)
class WentBack:
    """All that went back of one gift, oldest first, and what the books keep of it."""

    returns: Sequence[Return]
    net_amount: Money


def of(gift: Donation) -> WentBack | None:
    """What went back of a received gift; `None` when nothing did and nothing is about to."""
    keeps = net_amount.of(gift)
    gone = gift.amount - keeps
    refunds = db.session.scalars(
        select(DonationRefund)
        .where(DonationRefund.donation_id == gift.id, DonationRefund.state.not_in(CAME_TO_NOTHING))
        .order_by(DonationRefund.id)
    ).all()
    returns: list[Return] = []
    for refund in refunds:
        # The books decide what has gone: a refund that they do not know yet is on its way.
        booked = refund.state != ASKED and refund.amount <= gone
        gone -= refund.amount if booked else Money(0, gone.currency)
        returns.append(Return(refund.amount, clock.local_day(refund.asked_at), on_its_way=not booked))
    if gift.paid_back_minor:
        paid = Money(gift.paid_back_minor, gift.currency)
        gone -= paid
        returns.append(Return(paid, None, by_transfer=True))
    if gone.minor > 0:
        returns.append(Return(gone, None))
    return WentBack(returns, keeps) if returns else None
