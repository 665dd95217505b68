"""Refunding: never more than is left, asked for once, and noted whoever started it."""

import secrets
from datetime import timedelta

from sqlalchemy import func, select

from app import clock
from app.donations import dispute_kept
from app.donations.donation import RECEIVED, Donation
from app.donations.refund import ASKED, CAME_TO_NOTHING, REFUSED, DonationRefund
from app.errors import DomainError
from app.extensions import db
from app.money import Money, written
from app.payments.objects import Refund

# Stripe keeps an idempotency key for at least 24 hours; past this we look for the refund before we ask again.
KEY_TRUSTED_FOR = timedelta(hours=20)

# News may come late: a refund's state only ever moves on in this order.
_ORDER = {ASKED: 0, REFUSED: 0, "pending": 1, "requires_action": 1, "succeeded": 2, "canceled": 3, "failed": 3}


class NotReceived(DomainError):
    """The donation has not been received, so there is nothing to give back."""


class Disputed(DomainError):
    """The giver's bank has taken the payment back for now, and Stripe refunds none that is disputed: it is answered, or
    accepted, at Stripe."""


class MoreThanIsLeft(DomainError):
    """The refund is larger than what is left of the donation; the message says how much that is."""


def ask(donation: Donation, amount: Money | None, *, by: str, reason: str) -> DonationRefund:
    """Write down that a donation is to be refunded, in part or (without an amount) as far as it is left.

    The donation's row is locked meanwhile, so that of several who ask at once only as much as is left can be granted.
    The caller commits; then the worker, or the caller, asks Stripe. Raises `NotReceived`, `Disputed` or
    `MoreThanIsLeft`.
    """
    locked = db.session.scalars(
        select(Donation).where(Donation.id == donation.id).with_for_update().execution_options(populate_existing=True)
    ).one()
    if locked.state != RECEIVED or locked.charge_id is None:
        raise NotReceived("this gift has not been received, so there is nothing to refund")
    if dispute_kept.withdrawn(locked.charge_id):
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
    """What of a received donation is neither refunded nor asked to be."""
    held = db.session.scalar(
        select(func.coalesce(func.sum(DonationRefund.amount_minor), 0)).where(
            DonationRefund.donation_id == donation.id, DonationRefund.state.not_in(CAME_TO_NOTHING)
        )
    )
    return donation.amount - Money(int(held or 0), donation.currency)


def note(told: Refund) -> None:
    """Bring our row of a refund up to what Stripe says; one that was started in Stripe's dashboard gets a row now.

    The donation's row is locked, so that a refund made here and one made there cannot both be counted as left.
    """
    donation = db.session.scalars(
        select(Donation).where(Donation.charge_id == told.charge.charge_id).with_for_update()
    ).one_or_none()
    ours = DonationRefund.refund_id == told.refund_id
    if told.reference is not None:
        ours |= DonationRefund.reference == told.reference
    row = db.session.scalars(select(DonationRefund).where(ours).with_for_update()).first()
    if row is None:
        row = DonationRefund(
            reference=secrets.token_hex(12),
            donation_id=None if donation is None else donation.id,
            charge_id=told.charge.charge_id,
            amount_minor=told.amount.minor,
            currency=told.amount.currency,
            state=ASKED,
            asked_at=clock.now(),
            asked_by="stripe",
        )
        db.session.add(row)
    row.refund_id = told.refund_id
    if _ORDER.get(told.status, 1) >= _ORDER.get(row.state, 0):
        row.state = told.status
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
