"""What givers are written when a debit did not come, or was taken back by their bank."""

from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal
from app.config import Settings
from app.donations.delayed import GIFT_FAILED
from app.donations.donation import FAILED, Donation
from app.emails.composing import compose
from app.emails.email import DueLetter
from app.emails.message import Mail
from app.extensions import db
from app.receipts.facts import one_line


def write(due: DueLetter, settings: Settings) -> Mail | None:
    """The letter, of either kind; `None` when it is no longer so, or nobody is there to be told."""
    gift = db.session.scalars(
        select(Donation).where(Donation.reference == due.subject.removeprefix("donation:"))
    ).one_or_none()
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
