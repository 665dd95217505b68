"""Letters: each mail that is due is written as things are when it goes out, and sent once."""

from collections.abc import Callable, Mapping

from sqlalchemy import select

from app import clock
from app.config import Settings
from app.donations import debits, disputes, refunds
from app.donations.plans import links, planning
from app.emails import sending
from app.emails.email import DROPPED, DUE, SENT, DueLetter
from app.emails.message import Mail
from app.extensions import db
from app.reconciliation import alarms, daily_statement
from app.reconciliation import treasurer_mails as treasurers_letters
from app.staff import people as staff
from app.worker import staff_letters
from app.worker.duties import Duty
from app.writing import writing

# Writes the mail that a letter stands for; `None` when there is nothing to say any more, or nobody to say it to. It
# runs inside a writing unit, so it may leave something behind (the hash of a link's token), but must not go out.
Writer = Callable[[DueLetter, Settings], Mail | None]

# Who writes which kind of letter.
WRITERS: dict[str, Writer] = {
    links.PLAN_LINK: links.link,
    planning.PAYMENT_FAILED: links.payment_failed,
    planning.PLAN_ENDED: links.ended,
    planning.AMOUNT_CHANGED: links.changed,
    planning.PLAN_PAUSED: links.changed,
    planning.PLAN_RESUMED: links.changed,
    refunds.REFUND: refunds.write,
    refunds.REFUND_FAILED: refunds.write,
    debits.GIFT_FAILED: debits.write,
    debits.GIFT_RETURNED: debits.write,
    disputes.DISPUTE: treasurers_letters.dispute,
    alarms.ALARM: treasurers_letters.alarm,
    daily_statement.STATEMENT: treasurers_letters.nightly,
    staff.INVITATION: staff_letters.link,
    staff.NEW_PASSWORD: staff_letters.link,
    staff.PASSWORD_CHANGED: staff_letters.notice,
}


def duty(settings: Settings, writers: Mapping[str, Writer] = WRITERS) -> Duty:
    """The duty of letters that have not been sent."""

    def send(row_id: int) -> None:
        with writing():
            letter = db.session.scalars(select(DueLetter).where(DueLetter.id == row_id)).one()
            if letter.state != DUE:
                return
            mail = writers[letter.kind](letter, settings)
            if mail is None:
                letter.state = DROPPED
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
            sent = db.session.get_one(DueLetter, row_id)
            sent.state, sent.sent_at = SENT, clock.now()

    return Duty("letter", DueLetter, DueLetter.state == DUE, send)
