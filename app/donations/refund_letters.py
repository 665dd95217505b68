"""What givers are written about refunds: that money is on its way back, or that it could not be given back."""

from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal
from app.config import Settings
from app.donations import kept
from app.donations.donation import Donation
from app.donations.giving_back import REFUND
from app.donations.refund import CAME_TO_NOTHING, DonationRefund
from app.emails.composing import compose
from app.emails.email import DueLetter
from app.emails.message import Mail
from app.extensions import db
from app.receipts.facts import one_line


def write(due: DueLetter, settings: Settings) -> Mail | None:
    """The letter about a refund, of either kind; `None` when it is no longer so, or nobody is there to be told."""
    refund = db.session.scalars(
        select(DonationRefund).where(DonationRefund.refund_id == due.subject.removeprefix("refund:"))
    ).one_or_none()
    if refund is None or refund.donation_id is None or (due.kind == REFUND and refund.state in CAME_TO_NOTHING):
        return None
    donation = db.session.get_one(Donation, refund.donation_id)
    if not donation.email or donation.received_at is None:
        return None
    refund.told_at = clock.now()
    return compose(
        due,
        donation.email,
        settings,
        donor=one_line(donation.name),
        amount_minor=refund.amount_minor,
        given_minor=donation.amount_minor,
        kept_minor=max(0, kept.of(donation).minor),
        currency=refund.currency,
        paid_by=donation.paid_by or "",
        appeal=one_line(db.session.scalars(select(Appeal.title).where(Appeal.id == donation.appeal_id)).one()),
        received_on=clock.local_day(donation.received_at).isoformat(),
    )
