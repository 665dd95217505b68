"""Payouts: each automatic one is taken apart until its parts explain it to the penny."""

from datetime import timedelta

from sqlalchemy import select, update

from app import clock
from app.database import db, writing
from app.donations import stripe_news
from app.errors import DomainError
from app.money import written
from app.payments.objects import StripeTransaction, Transaction
from app.payments.payout import FAILED, ON_ITS_WAY, PAID, Payout
from app.reconciliation import payouts
from app.services import Gateway
from app.worker.duties import Duty

# Stripe's list of a payout's parts is complete within a day or two; what does not fit by now will not by itself.
_COMPLETE_WITHIN = timedelta(days=3)


class PartsDiffer(DomainError):
    """The parts that Stripe names do not add up to the payout, or the books do not explain one of them."""


class NeedsSomebody(PartsDiffer):
    """The parts of an old payout still do not fit: it stays listed and is looked at once a day, until somebody has
    explained what is missing."""

    final = True


def duty(gateway: Gateway) -> Duty:
    """The duty of automatic payouts that are not reconciled. One whose parts differ is looked at again and again,
    because Stripe may still be adding to its list (docs.stripe.com/payouts/reconciliation)."""

    def take_apart(row_id: int) -> None:
        payout_id = db.session.scalars(select(Payout.payout_id).where(Payout.id == row_id)).one()
        db.session.rollback()
        parts = gateway.transactions_of(payout_id)
        take_in(parts, gateway)
        with writing():
            names = [each.txn_id for each in parts]
            db.session.execute(
                update(StripeTransaction).where(StripeTransaction.txn_id.in_(names)).values(payout_id=payout_id)
            )
            payout = db.session.get_one(Payout, row_id)
            result = payouts.of_payout(payout)
            payout.difference_minor = result.difference.minor
            if not result.difference.minor and not result.unexplained:
                payout.reconciled_at = clock.now()
        if payout.reconciled_at is None:
            lines = f", and {len(result.unexplained)} of them are not explained" if result.unexplained else ""
            old = payout.created_at < clock.now() - _COMPLETE_WITHIN
            raise (NeedsSomebody if old else PartsDiffer)(
                f"the parts come to {written(result.total)} of {written(result.amount)}{lines}"
            )

    on_their_way = Payout.status.in_((ON_ITS_WAY, PAID, FAILED))
    due = Payout.automatic & Payout.reconciled_at.is_(None) & on_their_way
    return Duty("payout", Payout, due, take_apart)


def take_in(transactions: list[Transaction], gateway: Gateway) -> int:
    """Book those of Stripe's transactions that the books do not have; how many there were. Each is looked up with no
    transaction open, and committed by itself."""
    missing = stripe_news.unknown(transactions)
    db.session.rollback()
    for transaction in missing:
        found = stripe_news.look_up_transaction(transaction, gateway)
        with writing():
            stripe_news.book_transaction(transaction, found)
    return len(missing)
