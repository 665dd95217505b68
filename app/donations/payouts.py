"""Payouts: what Stripe sends to the bank, in transit until the bank's statement has it, and back when it fails."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from app.database import db, read_locked
from app.donations import movements
from app.payments.payout import CANCELED, FAILED, ON_ITS_WAY, PAID, Payout, StripePayout
from app.subject import Subject

# A payout only ever moves on in this order; news that comes late never takes it back.
_ORDER = {"pending": 0, ON_ITS_WAY: 1, PAID: 2, FAILED: 3, CANCELED: 3}


def book(payout: StripePayout) -> None:
    """Keep a payout and book its movements as far as Stripe has made them; the caller commits. A negative payout, by
    which Stripe takes money from the bank, moves the other way."""
    _keep(payout)
    for transaction, kind, memo in (
        (payout.left, "payout", "payout to the bank"),
        (payout.came_back, "payout-returned", "payout that did not arrive"),
    ):
        if transaction is not None:
            movements.book(
                transaction,
                other="assets:in-transit",
                worth=transaction.amount,
                kind=kind,
                memo=memo,
                subject=Subject("payout", payout.payout_id),
                fees="expenses:stripe-fees",
            )


def _keep(payout: StripePayout) -> None:
    db.session.execute(
        postgresql.insert(Payout)
        .values(
            payout_id=payout.payout_id,
            amount_minor=payout.amount.minor,
            currency=payout.amount.currency,
            automatic=payout.automatic,
            status=payout.status,
            created_at=payout.created_at,
            arrives_at=payout.arrives_at,
            attempts=0,
        )
        .on_conflict_do_nothing(index_elements=["payout_id"])
    )
    stored = read_locked(select(Payout).where(Payout.payout_id == payout.payout_id)).one()
    if _ORDER.get(payout.status, 0) >= _ORDER.get(stored.status, 0):
        stored.status, stored.arrives_at = payout.status, payout.arrives_at
    db.session.flush()
