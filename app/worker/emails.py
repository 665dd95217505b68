"""Emails: each mail that is due is written as things are when it goes out, and sent once.

What people of the office are written: an invitation, a link to set a password, that it was changed.
"""

from collections.abc import Callable, Mapping

from flask_security.recoverable import generate_reset_password_token
from sqlalchemy import select

from app import clock
from app.config import Settings
from app.donations import debits, disputes, paid_back, refunds, went_back
from app.donations.plans import links, planning
from app.emails import sending
from app.emails.composing import compose
from app.emails.email import DROPPED, DUE, SENT, DueEmail
from app.emails.message import Mail
from app.emails.wording import one_line
from app.extensions import db
from app.offline import promises
from app.reconciliation import alarms, daily_statement, treasurer_mails
from app.staff import people
from app.staff import people as staff
from app.staff.people import Person
from app.worker.duties import Duty
from app.writing import writing


def link(due: DueEmail, settings: Settings) -> Mail | None:
    """An invitation, or what somebody who forgot their password asked for; the link is made now and works for a day.

    `None` when the person was removed by now. A link that was made twice, because a worker was killed, is two that
    work until one is used.
    """
    person = _person(due)
    if person is None or person.email is None:
        return None
    token: str = generate_reset_password_token(person)  # type: ignore[no-untyped-call]
    made = f"{settings.base_url}/office/password/forgotten/{token}"
    return compose(due, person.email, settings, name=one_line(person.name or ""), link=made, office=_office(settings))


def notice(due: DueEmail, settings: Settings) -> Mail | None:
    """That the password was changed, for whoever did not do it."""
    person = _person(due)
    if person is None or person.email is None:
        return None
    return compose(due, person.email, settings, name=one_line(person.name or ""), office=_office(settings))


def _office(settings: Settings) -> str:
    return f"{settings.base_url}/office/"


def _person(due: DueEmail) -> Person | None:
    return people.find(due.subject.reference)


# Writes the message of an email that is due; `None` when there is nothing to say any more, or nobody to say it to. It
# runs inside a writing unit, so it may leave something behind (the hash of a link's token), but must not go out.
Writer = Callable[[DueEmail, Settings], Mail | None]

# Who writes which kind of email.
WRITERS: dict[str, Writer] = {
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
    disputes.DISPUTE: treasurer_mails.dispute,
    alarms.ALARM: treasurer_mails.alarm,
    daily_statement.STATEMENT: treasurer_mails.nightly,
    staff.INVITATION: link,
    staff.NEW_PASSWORD: link,
    staff.PASSWORD_CHANGED: notice,
}


def duty(settings: Settings, writers: Mapping[str, Writer] = WRITERS) -> Duty:
    """The duty of emails that have not been sent."""

    def send(row_id: int) -> None:
        with writing():
            email = db.session.scalars(select(DueEmail).where(DueEmail.id == row_id)).one()
            if email.state != DUE:
                return
            mail = writers[email.kind](email, settings)
            if mail is None:
                email.state = DROPPED
        if mail is None:
            return
        sending.send(
            mail,
            sender=settings.mail_from,
            reply_to=settings.organisation.email,
            smtp_url=settings.smtp_url,
            outbox=settings.outbox,
        )
        with writing():
            sent = db.session.get_one(DueEmail, row_id)
            sent.state, sent.sent_at = SENT, clock.now()

    return Duty("letter", DueEmail, DueEmail.state == DUE, send)
