"""What the treasurer is written: a dispute that wants an answer, an alarm, the nightly statement."""

from datetime import date

from sqlalchemy import select

from app import clock
from app.config import Settings
from app.database import db
from app.donations import disputes
from app.donations.donation import Donation
from app.emails import wording
from app.emails.composing import LANGUAGE, compose
from app.emails.email import DueEmail
from app.emails.message import Mail
from app.payments import dashboard
from app.reconciliation import alarms, daily_statement


def dispute(due: DueEmail, settings: Settings) -> Mail | None:
    """A dispute, and by when to answer; `None` when it has been decided by now."""
    dispute = disputes.find(due.subject.reference)
    if dispute is None or settings.treasurer_email is None or not disputes.is_open(dispute):
        return None
    gift = db.session.scalars(select(Donation).where(Donation.charge_id == dispute.charge_id)).one_or_none()
    return compose(
        due,
        settings.treasurer_email,
        settings,
        dispute=dispute.dispute_id,
        donor=(gift.name or "") if gift else "",
        gift=f"{settings.base_url}/office/donations/{gift.reference}" if gift else "",
        at_stripe=dashboard.address_of(dispute.dispute_id, live=settings.live) or "",
        charge=dispute.charge_id,
        amount_minor=dispute.amount_minor,
        currency=dispute.currency,
        reason=dispute.reason.replace("_", " "),
        due_on=clock.local_day(dispute.due_by).isoformat() if dispute.due_by else "",
        due_at=f"{clock.local(dispute.due_by):%H:%M}" if dispute.due_by else "",
    )


def alarm(due: DueEmail, settings: Settings) -> Mail | None:
    """An alarm; `None` when what was pending has been applied by now."""
    reason, pending = due.subject.reference, alarms.pending_too_long()
    if settings.treasurer_email is None or (reason == alarms.PENDING_LONG and not pending):
        return None
    return compose(due, settings.treasurer_email, settings, reason=reason, pending=pending)


def nightly(due: DueEmail, settings: Settings) -> Mail | None:
    """The statement of the day that the email names."""
    if settings.treasurer_email is None:
        return None
    day = date.fromisoformat(due.subject.reference)
    return compose(due, settings.treasurer_email, settings, statement=daily_statement.of(day))


def as_text(made: daily_statement.Statement, settings: Settings) -> str:
    """A statement as plain text, for the command that prints it."""
    return wording.fill("emails/statement/text.txt", LANGUAGE, statement=made, organisation=settings.organisation)
