"""Refunds: never more than is left, asked for once, noted whoever started it, and booked as Stripe makes them; and what
a gift brought after all that went back, for whatever reason: its net amount.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BindParameter, CheckConstraint, ForeignKey, String, Text, bindparam, case, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, DueWork, Key, db, partial_index, read_locked
from app.donations import by_hand, disputes, movements
from app.donations.by_hand import GiftByHand
from app.donations.disputes import Dispute
from app.donations.donation import CARD, RECEIVED, Donation
from app.emails import email
from app.errors import DomainError
from app.ledger import posting
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.money import Money, written
from app.payments.objects import Refund
from app.subject import Subject

ASKED, REFUSED = "asked", "refused"
# In these nothing has been given back after all, so the amount may be refunded again.
CAME_TO_NOTHING = (REFUSED, "failed", "canceled")


class DonationRefund(DueWork, Base):
    """One refund. *asked*: Stripe is to be asked for it; *refused*: Stripe would not; else its state is Stripe's own.

    Its amount is held against the donation from the moment it is asked for. One made in Stripe's dashboard has no
    key of ours, and one of a charge that no donation claims has no donation. `reason` is free text and
    may be erased; the ledger never has it. `mailed_at` is when the giver was mailed.
    """

    __tablename__ = "refunds"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("state = 'asked' OR state = 'refused' OR refund_id IS NOT NULL", name="refund_id"),
        partial_index("ix_refunds_asked", "next_try_at", "id", where="state = 'asked'"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    donation_id: Mapped[int | None] = mapped_column(ForeignKey("donations.id"), index=True)
    charge_id: Mapped[str] = mapped_column(String(80), index=True)
    refund_id: Mapped[str | None] = mapped_column(String(80), unique=True)
    amount_minor: Mapped[int] = mapped_column(Key)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(30))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(64), unique=True)
    key_since: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]

    @property
    def amount(self) -> Money:
        """What is to go back, or went."""
        return Money(self.amount_minor, self.currency)


# Stripe keeps an idempotency key for at least 24 hours; past this we look for the refund before we ask again.
KEY_TRUSTED_FOR = timedelta(hours=20)

# News may come late: a refund's state only ever moves on in this order.
_ORDER = {ASKED: 0, REFUSED: 0, "pending": 1, "requires_action": 1, "succeeded": 2, "canceled": 3, "failed": 3}


class NothingToRefund(DomainError):
    """The donation has not been received, so there is nothing to give back."""


class Disputed(DomainError):
    """The giver's bank has taken the payment back for now, and Stripe refunds none that is disputed: it is answered, or
    accepted, at Stripe."""


class MoreThanIsLeft(DomainError):
    """The refund is larger than what is left of the donation; the message says how much that is."""


def ask(donation: Donation, amount: Money | None, *, by: str, reason: str) -> DonationRefund:
    """Write down that a donation is to be refunded, in part or (without an amount) as far as it is left.

    The donation's row is locked meanwhile, so that of several who ask at once only as much as is left can be granted.
    The caller commits; then the worker, or the caller, asks Stripe. Raises `NothingToRefund`, `Disputed` or
    `MoreThanIsLeft`.
    """
    locked = read_locked(select(Donation).where(Donation.id == donation.id)).one()
    if locked.state != RECEIVED or locked.charge_id is None:
        raise NothingToRefund("this gift has not been received, so there is nothing to refund")
    if disputes.withdrawn(locked.charge_id):
        raise Disputed("the donor's bank disputes this payment; answer the dispute at Stripe, or accept it there")
    rest = left(locked)
    wanted = rest if amount is None else amount
    if wanted.minor <= 0 or wanted > rest:
        raise MoreThanIsLeft(f"{written(rest)} of this gift is left to refund")
    refund = DonationRefund(
        reference=secrets.token_hex(12),
        donation_id=locked.id,
        charge_id=locked.charge_id,
        amount_minor=wanted.minor,
        currency=wanted.currency,
        state=ASKED,
        asked_at=clock.now(),
        asked_by=by,
        reason=reason or None,
        key=secrets.token_hex(16),
        key_since=clock.now(),
    )
    db.session.add(refund)
    db.session.flush()
    return refund


def left(donation: Donation) -> Money:
    """What of a received donation is neither refunded nor asked to be, nor paid back by bank."""
    held = db.session.scalar(
        select(func.coalesce(func.sum(DonationRefund.amount_minor), 0)).where(
            DonationRefund.donation_id == donation.id, DonationRefund.state.not_in(CAME_TO_NOTHING)
        )
    )
    return donation.amount - Money(int(held or 0) + donation.paid_back_minor, donation.currency)


def note(refund: Refund) -> None:
    """Bring our row of a refund up to what Stripe says; one that was started in Stripe's dashboard gets a row now.

    The donation's row is locked, so that a refund made here and one made there cannot both be counted as left.
    """
    # Not so far that a receipt cannot be written for it meanwhile: who writes one has locked the receipts, for which
    # this transaction may wait next.
    donation = read_locked(
        select(Donation).where(Donation.charge_id == refund.charge.charge_id), key_share=True
    ).one_or_none()
    ours = DonationRefund.refund_id == refund.refund_id
    if refund.reference is not None:
        ours |= DonationRefund.reference == refund.reference
    row = read_locked(select(DonationRefund).where(ours)).first()
    if row is None:
        row = DonationRefund(
            reference=secrets.token_hex(12),
            donation_id=None if donation is None else donation.id,
            charge_id=refund.charge.charge_id,
            amount_minor=refund.amount.minor,
            currency=refund.amount.currency,
            state=ASKED,
            asked_at=clock.now(),
            asked_by="stripe",
        )
        db.session.add(row)
    row.refund_id = refund.refund_id
    if _ORDER.get(refund.status, 1) >= _ORDER.get(row.state, 0):
        row.state = refund.status
    db.session.flush()


def refused(row: DonationRefund) -> None:
    """Note that Stripe would not make this refund; its amount is free again."""
    row.state = REFUSED


def key_is_trusted(row: DonationRefund) -> bool:
    """Whether asking again under the row's key is sure to give the same refund and not a second one."""
    return row.key is not None and row.key_since is not None and row.key_since + KEY_TRUSTED_FOR > clock.now()


def distrust_key(row: DonationRefund) -> None:
    """Note that Stripe stored a failure under the key, which may have made the refund all the same."""
    row.key = None


def take_new_key(row: DonationRefund) -> None:
    """Take a new idempotency key, once it is certain that the old one made nothing."""
    row.key, row.key_since = secrets.token_hex(16), clock.now()


# The kinds of emails that tell the giver.
REFUND, REFUND_FAILED = "refund", "refund_failed"


def book(refund: Refund) -> None:
    """Book a refund's movements as far as Stripe has made them: the money that left, and the money that returned when
    the refund failed; the giver is told of both. The charge itself has been booked before. The caller commits."""
    received = posting.moved_by(f"stripe:{refund.charge.charge_id}:received")
    if received is None:
        return
    if refund.given_back is not None and refund.came_back is None:
        email.ask(REFUND, Subject("refund", refund.refund_id), "given back")
    if refund.came_back is not None:
        email.ask(REFUND_FAILED, Subject("refund", refund.refund_id), "came back")
    if refund.given_back is not None:
        movements.book(
            refund.given_back,
            other=received.from_code,
            worth=-refund.amount,
            kind="refund",
            memo="refund",
            subject=received.subject,
        )
    if refund.came_back is not None:
        movements.book(
            refund.came_back,
            other=received.from_code,
            worth=refund.amount,
            kind="refund-returned",
            memo="refund that failed",
            subject=received.subject,
        )


# Built once: to build a statement costs more than to run it (docs/performance.md).
_OURS: BindParameter[int] = bindparam("ours")
_NET = (
    select(func.sum(case((Transfer.from_account_id == _OURS, Transfer.amount_minor), else_=-Transfer.amount_minor)))
    .join(Entry, Entry.id == Transfer.entry_id)
    .where(
        Entry.subject == bindparam("subject"),
        or_(Transfer.from_account_id == _OURS, Transfer.to_account_id == _OURS),
    )
)


def net_amount(donation: Donation) -> Money:
    """The net amount of a received donation: over the entries about it, what left the account it was received on (its
    appeal's income), less what came back there. Refunds and lost disputes lower it, a refund that failed raises it.
    One that did not come by card is kept whole, until it bounces, is reversed or is paid back.
    """
    if donation.method != CARD:
        return by_hand.net_amount(donation)
    received = posting.moved_by(f"stripe:{donation.charge_id}:received")
    if received is None:
        return donation.amount
    ours = posting.account_id(received.from_code, received.amount.currency)
    total = db.session.scalar(_NET, {"ours": ours, "subject": received.subject})
    return Money(int(total or 0), received.amount.currency)


def net_minor() -> Any:
    """The same as a column of a query over received donations, in minor units of each one's currency.

    Only gifts that had a refund or a dispute, or were returned, are looked up in the books: many can be added up.
    """
    gone, come = Account.__table__.alias("gone"), Account.__table__.alias("come")
    income = case((gone.c.kind == "income", 1), else_=0) - case((come.c.kind == "income", 1), else_=0)
    booked = (
        select(func.sum(Transfer.amount_minor * income))
        .join_from(Entry, Transfer, Transfer.entry_id == Entry.id)
        .join(gone, gone.c.id == Transfer.from_account_id)
        .join(come, come.c.id == Transfer.to_account_id)
        .where(Entry.subject == Subject.of("donation", Donation.reference), Transfer.currency == Donation.currency)
        .correlate(Donation)
        .scalar_subquery()
    )
    to_nothing = GiftByHand.bounced_on.is_not(None) | GiftByHand.reversed_at.is_not(None)
    of_none = select(GiftByHand.donation_id).where(GiftByHand.donation_id == Donation.id, to_nothing).exists()
    refunded = select(DonationRefund.id).where(DonationRefund.donation_id == Donation.id).exists()
    disputed = select(Dispute.id).where(Dispute.charge_id == Donation.charge_id).exists()
    return case(
        ((Donation.method != CARD) & of_none, 0),
        (
            (Donation.method == CARD)
            & or_(refunded, disputed, Donation.returned_at.is_not(None), Donation.paid_back_minor > 0),
            func.coalesce(booked, 0),
        ),
        else_=Donation.amount_minor - Donation.paid_back_minor,
    )
