"""Gifts that their givers got back from our own bank account, in whole or in part, as the bank's statement shows."""

from sqlalchemy import select

from app.appeals import income
from app.appeals.appeal import Appeal
from app.donations import disputes, net_amount, receipts, refunds
from app.donations.by_hand import GiftByHand
from app.donations.donation import CARD, RECEIVED, Donation
from app.errors import DomainError
from app.extensions import db
from app.ledger import posting
from app.money import Money, written

# The kind of the entries.
KIND = "paid-back"


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
    db.session.scalars(by_hand.with_for_update(of=GiftByHand).execution_options(populate_existing=True)).one_or_none()
    # With its key left to share, as `refunds.note` locks it and says why.
    wanted = select(Donation).where(Donation.reference == reference).with_for_update(key_share=True)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise LookupError("no such gift")
    return found


def left_of(gift: Donation) -> Money:
    """What of a received gift is neither given back nor about to be."""
    keeps = net_amount.of(gift)
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


def note(gift: Donation, amount: Money) -> None:
    """Note what went back of a gift, whose entry the caller has posted, or with a negative amount reversed: the receipt
    says what is left. The caller commits."""
    gift.paid_back_minor += amount.minor
    db.session.flush()
    receipts.correct_gift(gift)
