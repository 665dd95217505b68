"""Promises that did not come by card: transfers that were announced, and cheques of a day to come.

Nothing of them is booked, and no receipt is made, until the money has come: a transfer when the bank's statement shows
it, a cheque on the day that it carries. Until then they can be withdrawn.
"""

from collections.abc import Sequence
from datetime import date, datetime, time

from sqlalchemy import Row, select

from app import clock
from app.appeals.appeal import Appeal
from app.config import Settings
from app.database import db
from app.donations import by_hand, receipts
from app.donations.by_hand import GiftByHand
from app.donations.donation import ABANDONED, BANK_TRANSFER, CHEQUE, PLEDGED, RECEIVED, STANDING_ORDER, Donation
from app.emails import email
from app.emails.composing import compose
from app.emails.email import DueEmail
from app.emails.message import Mail
from app.emails.wording import one_line
from app.errors import DomainError
from app.ledger import posting, reversing
from app.ledger.entries import Entry
from app.offline import cheques, gifts
from app.receipts import filing
from app.subject import Subject

# The mail that tells the giver that a receipt does not count.
RECEIPT_VOID = "receipt-void"

_LONGEST = 500
_A_RUN = 200


class NoReasonToWithdraw(DomainError):
    """A promise is withdrawn without a reason, or with one too long to read."""


class NotPromised(DomainError):
    """The gift is no promise, or not any more: it has come, or was withdrawn."""


def receive(donation: Donation, source: str, day: date, *, held: str | None = None) -> None:
    """Make a transfer that was announced a gift, received on the day on which the bank booked the line `source`
    (`bank:<line>`). The same line again changes nothing. The caller commits. Raises `NotPromised` or
    `by_hand.NotYet`."""
    row = cheques.locked(donation)
    if row.bank_line == source:
        return
    _still(donation)
    moment = by_hand.moment_of(day)
    donation.state, donation.received_at = RECEIVED, moment
    row.given_on = row.banked_on = day
    row.bank_line = source
    gifts.book(donation, source, moment, held=held, by="bank")


def wait_again(donation: Donation, row: GiftByHand) -> None:
    """Make a gift a promise again, whose entry the caller has reversed: the line was something else. Its receipt is
    void."""
    donation.state, donation.received_at = PLEDGED, None
    row.given_on = clock.local_day(donation.pledged_at)
    db.session.flush()
    receipts.correct_gift(donation)


def withdraw(donation: Donation, reason: str, *, by: str) -> None:
    """Expect a promise no longer, and keep why. The caller commits. Raises `NoReasonToWithdraw` or `NotPromised`."""
    if not 0 < len(reason) <= _LONGEST:
        raise NoReasonToWithdraw(f"a promise is withdrawn with a reason, in up to {_LONGEST} characters")
    row = cheques.locked(donation)
    if donation.state == ABANDONED:
        return
    _still(donation)
    donation.state = ABANDONED
    row.reversed_at, row.reversed_by, row.reason = clock.now(), by, reason
    db.session.flush()


def cheques_come_due(by: str) -> int:
    """Receive the cheques whose day has come, each on the day that it carries; how many. The caller commits."""
    due = (
        select(Donation)
        .join(GiftByHand, GiftByHand.donation_id == Donation.id)
        # In the words of the index of all that is not received.
        .where(Donation.state != RECEIVED, Donation.state == PLEDGED, Donation.method == CHEQUE)
        .where(GiftByHand.dated_on <= clock.today())
        .order_by(Donation.id)
        .limit(_A_RUN)
    )
    return sum(come_due(each, by=by) for each in db.session.scalars(due).all())


def come_due(donation: Donation, *, by: str) -> bool:
    """Receive a cheque whose day has come; whether this was one. The caller commits."""
    row = cheques.locked(donation)
    if donation.state != PLEDGED or donation.method != CHEQUE or row.dated_on is None or row.dated_on > clock.today():
        return False
    day = max(row.dated_on, row.given_on)
    moment = datetime.combine(day, time(12), clock.local_zone())
    donation.state, donation.received_at = RECEIVED, min(moment, clock.now())
    row.given_on = day
    gifts.book(donation, f"cheque:{donation.reference}", donation.received_at, by=by)
    return True


def booked_early(most: int, branch_id: int | None = None) -> Sequence[Row[Donation, GiftByHand]]:
    """Transfers that were booked as income when they were announced, as was once the rule, and that no statement has
    shown: the oldest first."""
    waiting = (
        select(Donation, GiftByHand)
        .join(GiftByHand, GiftByHand.donation_id == Donation.id)
        .where(
            GiftByHand.banked_on.is_(None),
            GiftByHand.reversed_at.is_(None),
            GiftByHand.bounced_on.is_(None),
            Donation.state == RECEIVED,
            Donation.method.in_((BANK_TRANSFER, STANDING_ORDER)),
        )
        .order_by(GiftByHand.donation_id)
        .limit(most)
    )
    if branch_id is not None:
        waiting = waiting.where(Donation.branch_id == branch_id)
    return db.session.execute(waiting).all()


def is_booked_early(donation: Donation) -> bool:
    """Whether a transfer stands in the books without a line of the bank's, as was once the rule."""
    entry = posting.find(f"{donation.method}:{donation.reference}")
    reversal = select(Entry.id).where(Entry.reverses_id == entry)
    return entry is not None and db.session.scalar(reversal) is None


def make_promise(donation: Donation, *, by: str) -> None:
    """Take a transfer that was booked early out of the books, today, and expect it as a promise; its receipt is void,
    and the giver is told so by mail. Doing it again changes nothing. The caller commits. Raises `NotPromised` for one
    that the bank has shown."""
    row = cheques.locked(donation)
    if donation.state == PLEDGED:
        return
    entry = posting.find(f"{donation.method}:{donation.reference}")
    if entry is None or donation.method == CHEQUE or donation.paid_back_minor or row.state(donation) != by_hand.WAITING:
        raise NotPromised("only a transfer that was announced, and that no statement shows, is a promise")
    row.expected_on = row.given_on
    numbered = filing.current(donation.id)
    reversing.reverse(entry, memo="announced, not received", recorded_by=by)
    wait_again(donation, row)
    if numbered is not None and numbered.mailed_at is not None:
        email.ask(RECEIPT_VOID, Subject("donation", donation.reference), numbered.printed_number)


def write(due: DueEmail, settings: Settings) -> Mail | None:
    """The mail that the receipt does not count because the transfer has not come; `None` once it has, or when nobody
    is there to be told."""
    gift = db.session.scalars(select(Donation).where(Donation.reference == due.subject.reference)).one_or_none()
    if gift is None or not gift.email or gift.state != PLEDGED:
        return None
    appeal = db.session.get_one(Appeal, gift.appeal_id)
    return compose(
        due,
        gift.email,
        settings,
        donor=one_line(gift.name),
        amount_minor=gift.amount_minor,
        currency=gift.currency,
        appeal=one_line(appeal.title),
        announced_on=clock.local_day(gift.pledged_at).isoformat(),
    )


def _still(donation: Donation) -> None:
    db.session.refresh(donation, with_for_update=True)
    if donation.state != PLEDGED:
        raise NotPromised("this is no promise any more")
