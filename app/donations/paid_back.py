"""Gifts that their givers got back from our own bank account, in whole or in part, as the bank's statement shows.

What the givers are written about it: that the money has left, or that a line of the bank was taken for it by mistake.
"""

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app import clock
from app.appeals import income
from app.appeals.appeal import Appeal
from app.config import Settings
from app.database import db, read_locked
from app.donations import disputes, receipts, refunds
from app.donations.by_hand import GiftByHand
from app.donations.donation import CARD, RECEIVED, Donation
from app.emails import email
from app.emails.composing import compose
from app.emails.email import SENT, DueEmail
from app.emails.message import Mail
from app.emails.wording import one_line
from app.errors import DomainError
from app.ledger import posting
from app.ledger.entries import Entry, Transfer
from app.money import Money, written
from app.subject import Subject

# The kind of the entries.
KIND = "paid-back"

# The kinds of letters that tell the giver.
PAID_BACK, NOT_PAID_BACK = "paid-back", "not-paid-back"
_OCCASION = "by bank"


class NothingToPayBack(DomainError):
    """Nothing has been received of this gift, or its bank disputes it, so there is nothing to pay back."""


class PaidBackTooMuch(DomainError):
    """More went back than is left of the gift; `left` says how much that is."""

    def __init__(self, left: Money) -> None:
        """What is left of the gift."""
        super().__init__(f"{written(left)} of this gift is left")
        self.left = left


def locked(reference: str) -> Donation:
    """The gift as it is now, locked until the caller's transaction ends, against refunds and corrections as well.
    Raises `LookupError`."""
    by_hand = select(GiftByHand).join(Donation).where(Donation.reference == reference)
    read_locked(by_hand, of=GiftByHand).one_or_none()
    # With its key left to share, as `refunds.note` locks it and says why.
    found = read_locked(select(Donation).where(Donation.reference == reference), key_share=True).one_or_none()
    if found is None:
        raise LookupError("no such gift")
    return found


def left_of(gift: Donation) -> Money:
    """What of a received gift is neither given back nor about to be."""
    keeps = refunds.net_amount(gift)
    return min(keeps, refunds.left(gift)) if gift.method == CARD else keeps


def account_for(gift: Donation, amount: Money) -> str:
    """The code of the income account from which `amount` of a gift goes back. Raises `NothingToPayBack` or
    `PaidBackTooMuch`."""
    received = posting.moved_by(f"stripe:{gift.charge_id}:received") if gift.method == CARD else None
    if gift.state != RECEIVED or gift.currency != amount.currency or (gift.method == CARD and received is None):
        raise NothingToPayBack("nothing of this gift can be paid back")
    if gift.charge_id is not None and disputes.withdrawn(gift.charge_id):
        raise NothingToPayBack("the giver's bank has taken this gift back")
    if amount > (left := left_of(gift)):
        raise PaidBackTooMuch(left)
    if received is not None:
        return received.from_code
    return income.account_of(db.session.get_one(Appeal, gift.appeal_id), gift.branch_id)


def note(gift: Donation, amount: Money, entry_id: int) -> None:
    """Note what went back of a gift, by the entry that the caller has posted, or with a negative amount reversed: the
    receipt says what is left, and the giver is told. The caller commits."""
    gift.paid_back_minor += amount.minor
    db.session.flush()
    receipts.correct_gift(gift)
    email.ask(PAID_BACK if amount.minor > 0 else NOT_PAID_BACK, Subject("entry", entry_id), _OCCASION)


def write(due: DueEmail, settings: Settings) -> Mail | None:
    """The letter about money that went back by bank, of either kind; `None` when it is no longer so, when what is to be
    put right was never written, or when nobody is there to be told."""
    entry = db.session.get_one(Entry, int(due.subject.reference))
    reversal = aliased(Entry)
    undone = db.session.scalar(select(reversal.id).where(reversal.reverses_id == entry.id)) is not None
    if undone != (due.kind == NOT_PAID_BACK) or (undone and not _was_written(due.subject)):
        return None
    wanted = select(Donation).where(Donation.reference == entry.subject.reference)
    gift = db.session.scalars(wanted).one()
    if not gift.email or gift.received_at is None:
        return None
    transfer = db.session.scalars(select(Transfer).where(Transfer.entry_id == entry.id)).one()
    return compose(
        due,
        gift.email,
        settings,
        donor=one_line(gift.name),
        amount_minor=transfer.amount_minor,
        given_minor=gift.amount_minor,
        net_minor=max(0, refunds.net_amount(gift).minor),
        currency=gift.currency,
        appeal=one_line(db.session.scalars(select(Appeal.title).where(Appeal.id == gift.appeal_id)).one()),
        received_on=clock.local_day(gift.received_at).isoformat(),
        paid_on=clock.local_day(entry.occurred_at).isoformat(),
    )


def _was_written(subject: Subject) -> bool:
    """Whether the giver has been written that this entry paid something back."""
    sent = select(DueEmail.id).where(DueEmail.subject == subject, DueEmail.kind == PAID_BACK, DueEmail.state == SENT)
    return db.session.scalar(sent) is not None
