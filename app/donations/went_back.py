"""What givers are told when money went back or did not come: on the page of their gift, and by email."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal
from app.config import Settings
from app.database import db
from app.donations.debits import GIFT_FAILED
from app.donations.donation import FAILED, Donation
from app.donations.refunds import ASKED, CAME_TO_NOTHING, REFUND, DonationRefund, net_amount
from app.emails.composing import compose
from app.emails.email import DueEmail
from app.emails.message import Mail
from app.emails.wording import one_line
from app.money import Money


@dataclass(frozen=True, slots=True)
class Return:
    """Money that went back, or with `on_its_way` is about to. `day` is when it was asked for; `None` for what the
    giver's bank took back after a dispute, and for what we paid back from our own bank account (`by_transfer`)."""

    amount: Money
    day: date | None
    on_its_way: bool = False
    by_transfer: bool = False

    @property
    def by_bank(self) -> bool:
        """Whether the giver's bank took it back, rather than we gave it."""
        return self.day is None and not self.by_transfer


@dataclass(frozen=True, slots=True)
class WentBack:
    """All that went back of one gift, oldest first, and what the books keep of it."""

    returns: Sequence[Return]
    net_amount: Money

    @property
    def by_bank(self) -> bool:
        """Whether the giver's bank alone took back what went back: a debit returned, or a dispute that was lost."""
        return all(each.by_bank for each in self.returns)


def of(gift: Donation) -> WentBack | None:
    """What went back of a received gift; `None` when nothing did and nothing is about to."""
    keeps = net_amount(gift)
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


def write_of_refund(due: DueEmail, settings: Settings) -> Mail | None:
    """The email about a refund, of either kind; `None` when it is no longer so, or nobody is there to be told."""
    refund = db.session.scalars(
        select(DonationRefund).where(DonationRefund.refund_id == due.subject.reference)
    ).one_or_none()
    if refund is None or refund.donation_id is None or (due.kind == REFUND and refund.state in CAME_TO_NOTHING):
        return None
    donation = db.session.get_one(Donation, refund.donation_id)
    if not donation.email or donation.received_at is None:
        return None
    refund.mailed_at = clock.now()
    return compose(
        due,
        donation.email,
        settings,
        donor=one_line(donation.name),
        amount_minor=refund.amount_minor,
        given_minor=donation.amount_minor,
        net_minor=max(0, net_amount(donation).minor),
        currency=refund.currency,
        paid_by=donation.paid_by or "",
        appeal=one_line(db.session.scalars(select(Appeal.title).where(Appeal.id == donation.appeal_id)).one()),
        received_on=clock.local_day(donation.received_at).isoformat(),
    )


def write_of_debit(due: DueEmail, settings: Settings) -> Mail | None:
    """The email, of either kind; `None` when it is no longer so, or nobody is there to be told."""
    gift = db.session.scalars(select(Donation).where(Donation.reference == due.subject.reference)).one_or_none()
    if gift is None or not gift.email or (due.kind == GIFT_FAILED and gift.state != FAILED):
        return None
    appeal = db.session.get_one(Appeal, gift.appeal_id)
    return compose(
        due,
        gift.email,
        settings,
        donor=one_line(gift.name),
        amount_minor=gift.amount_minor,
        currency=gift.currency,
        paid_by=gift.paid_by or "",
        appeal=one_line(appeal.title),
        begun_on=clock.local_day(gift.charged_at or gift.pledged_at).isoformat(),
        link=f"{settings.base_url}/donations/{gift.reference}",
    )
