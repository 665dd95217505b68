"""Cheques: what comes of them at the bank, and what follows when one is not paid.

What givers are written about a cheque that bounced.
"""

from datetime import date

from sqlalchemy import select

from app import clock
from app.appeals import income
from app.appeals.appeal import Appeal
from app.config import Settings
from app.database import db, read_locked
from app.donations import by_hand, receipts
from app.donations.by_hand import GiftByHand
from app.donations.donation import CHEQUE, RECEIVED, Donation
from app.emails import email
from app.emails.composing import compose
from app.emails.email import DueEmail
from app.emails.message import Mail
from app.emails.wording import one_line
from app.errors import DomainError
from app.ledger import posting
from app.subject import Subject

# Six months, by the custom of banks.
_STALE_AFTER_DAYS = 183


class NotACheque(DomainError):
    """Only a cheque can bounce, and only one that was not entered by mistake."""


def bounce(donation: Donation, day: date, *, by: str) -> None:
    """Book that the bank will not pay a cheque: what it brought leaves the appeal again, and its receipt is void.

    One not yet at the bank leaves the cheques in hand; one that the bank has credited leaves the bank's account, and
    the line that takes it back finds that in the books. Bouncing it again changes nothing. The caller commits. Raises
    `NotACheque` or `by_hand.NotYet`.
    """
    row = locked(donation)
    if donation.method != CHEQUE or donation.state != RECEIVED or row.reversed_at is not None:
        raise NotACheque("only a cheque that was received can bounce")
    if row.bounced_on is not None:
        return
    appeal = db.session.get_one(Appeal, donation.appeal_id)
    posting.post(
        f"cheque:{donation.reference}:bounced",
        [
            posting.Line(
                account_of(row),
                income.account_of(appeal, donation.branch_id),
                donation.amount,
            )
        ],
        kind="bounced",
        subject=Subject("donation", donation.reference),
        memo="cheque bounced",
        occurred_at=by_hand.moment_of(day),
        recorded_by=by,
    )
    row.bounced_on = day
    _void(donation)


def is_stale(dated_on: date) -> bool:
    """Whether a cheque with this date is more than six months old, so that a bank may refuse it."""
    return (clock.today() - dated_on).days > _STALE_AFTER_DAYS


def account_of(row: GiftByHand) -> str:
    """The account that a cheque's money is on: the bank's that has credited it, or that of cheques in hand."""
    credited = posting.moved_by(row.bank_line) if row.bank_line else None
    return credited.to_code if credited is not None else "assets:cheques"


def shown(donation: Donation, line: str, day: date) -> None:
    """Note that the statement shows a gift's money (`line` is its source): the first such line brings it, the next
    one takes a cheque back. The same line again changes nothing; the caller has posted it, and commits."""
    row = locked(donation)
    if line in (row.bank_line, row.bounced_line):
        return
    if row.banked_on is None:
        row.banked_on, row.bank_line = day, line
        db.session.flush()
        return
    if donation.method != CHEQUE:
        raise NotACheque("only a cheque can be sent back")
    row.bounced_on, row.bounced_line = row.bounced_on or day, line
    _void(donation)


def locked(donation: Donation) -> GiftByHand:
    """What is known of a gift by hand, as it is now, locked until the caller's transaction ends. Raises `NotACheque`
    for a gift by card."""
    # The donation as well, as it is once the lock is ours.
    row = read_locked(select(GiftByHand).where(GiftByHand.donation_id == donation.id)).one_or_none()
    if row is None:
        raise NotACheque("this gift came by card")
    db.session.refresh(donation)
    return row


# The kind of the mail that tells the giver.
CHEQUE_BOUNCED = "cheque-bounced"


def _void(donation: Donation) -> None:
    db.session.flush()
    receipts.correct_gift(donation)
    email.ask(CHEQUE_BOUNCED, Subject("donation", donation.reference), "bounced")


def write(due: DueEmail, settings: Settings) -> Mail | None:
    """The mail that a cheque has bounced, and that its receipt does not count; `None` when nobody can be told."""
    gift = db.session.scalars(select(Donation).where(Donation.reference == due.subject.reference)).one_or_none()
    if gift is None or not gift.email:
        return None
    row = db.session.get_one(GiftByHand, gift.id)
    return compose(
        due,
        gift.email,
        settings,
        donor=one_line(gift.name),
        amount_minor=gift.amount_minor,
        currency=gift.currency,
        appeal=one_line(db.session.get_one(Appeal, gift.appeal_id).title),
        given_on=row.given_on.isoformat(),
        number=one_line(row.what or ""),
    )
