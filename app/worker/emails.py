"""Emails: each one that is due is composed as things are when it goes out, and sent once."""

from collections.abc import Mapping

from sqlalchemy import select

from app import clock
from app.config import Settings
from app.database import db, writing
from app.donations import debits, disputes, paid_back, refunds, went_back
from app.donations.plans import links, planning
from app.emails import sending
from app.emails.composing import Composer
from app.emails.email import DROPPED, DUE, SENT, DueEmail
from app.offline import cheques, promises
from app.reconciliation import alarms, daily_statement, treasurer_mails
from app.staff import emails as staff_emails
from app.staff import people
from app.worker.duties import Duty

# Who composes which kind of email.
COMPOSERS: dict[str, Composer] = {
    links.PLAN_LINK: links.link,
    planning.PAYMENT_FAILED: links.payment_failed,
    planning.PLAN_ENDED: links.ended,
    planning.APPEAL_ENDED: links.appeal_ended,
    planning.AMOUNT_CHANGED: links.changed,
    planning.PLAN_MOVED: links.changed,
    planning.PLAN_PAUSED: links.changed,
    planning.PLAN_RESUMED: links.changed,
    refunds.REFUND: went_back.write_of_refund,
    refunds.REFUND_FAILED: went_back.write_of_refund,
    paid_back.PAID_BACK: paid_back.write,
    paid_back.NOT_PAID_BACK: paid_back.write,
    debits.GIFT_FAILED: went_back.write_of_debit,
    debits.GIFT_RETURNED: went_back.write_of_debit,
    promises.RECEIPT_VOID: promises.write,
    cheques.CHEQUE_BOUNCED: cheques.write,
    disputes.DISPUTE: treasurer_mails.dispute,
    alarms.ALARM: treasurer_mails.alarm,
    daily_statement.STATEMENT: treasurer_mails.nightly,
    people.INVITATION: staff_emails.link,
    people.NEW_PASSWORD: staff_emails.link,
    people.PASSWORD_CHANGED: staff_emails.notice,
}


def duty(settings: Settings, composers: Mapping[str, Composer] = COMPOSERS) -> Duty:
    """The duty of emails that have not been sent."""

    def send(row_id: int) -> None:
        with writing():
            email = db.session.scalars(select(DueEmail).where(DueEmail.id == row_id)).one()
            if email.state != DUE:
                return
            mail = composers[email.kind](email, settings)
            if mail is None:
                email.state = DROPPED
        if mail is None:
            return
        sending.send_from(settings, mail)
        with writing():
            sent = db.session.get_one(DueEmail, row_id)
            sent.state, sent.sent_at = SENT, clock.now()

    return Duty("letter", DueEmail, DueEmail.state == DUE, send)
