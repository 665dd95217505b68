"""Reconciliation: the books against Stripe's own account of its movements, each of them and each payout.

Each movement: the transfers linked to it move exactly its net on the Stripe account. Each automatic payout: the nets of
its parts add up to its amount. That the whole agrees as well is shown by `stripe_balance`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from app.database import db
from app.ledger.accounts import Account
from app.ledger.entries import Transfer
from app.money import Money
from app.payments.objects import StripeMovement, StripeTransaction
from app.payments.payout import Payout


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A transaction whose entries do not move its net: what Stripe says, what the books moved."""

    txn_id: str
    kind: str
    source: str
    net: Money
    booked: Money


@dataclass(frozen=True, slots=True)
class OfPayout:
    """One automatic payout taken apart: how many parts, what they add up to, and what the payout was."""

    payout_id: str
    parts: int
    total: Money
    amount: Money
    unexplained: list[Unexplained]

    @property
    def difference(self) -> Money:
        """What the parts do not explain; it must be nothing."""
        return self.amount - self.total


def unexplained(txn_ids: Sequence[str] | None = None, most: int = 500) -> list[Unexplained]:
    """The transactions (of all, or of these) whose linked transfers do not move exactly their net."""
    booked: Any = func.coalesce(func.sum(_on_stripe()), 0)
    transaction = StripeTransaction
    query = (
        select(
            transaction.txn_id,
            transaction.type,
            transaction.source_id,
            transaction.net_minor,
            transaction.currency,
            booked.label("booked"),
        )
        .outerjoin(StripeMovement, StripeMovement.txn_id == transaction.txn_id)
        .outerjoin(Transfer, Transfer.entry_id == StripeMovement.entry_id)
        .outerjoin(Account, Account.code == "assets:stripe:" + transaction.currency)
        .group_by(
            transaction.txn_id, transaction.type, transaction.source_id, transaction.net_minor, transaction.currency
        )
        .having(booked != transaction.net_minor)
        .order_by(transaction.txn_id)
        .limit(most)
    )
    if txn_ids is not None:
        query = query.where(transaction.txn_id.in_(txn_ids))
    return [
        Unexplained(
            row.txn_id,
            row.type,
            row.source_id or "",
            Money(row.net_minor, row.currency),
            Money(int(row.booked), row.currency),
        )
        for row in db.session.execute(query)
    ]


def of_payout(payout: Payout) -> OfPayout:
    """An automatic payout against the parts that were taken in for it; its own movements are not among them."""
    rows = db.session.execute(
        select(StripeTransaction.txn_id, StripeTransaction.net_minor, StripeTransaction.source_id).where(
            StripeTransaction.payout_id == payout.payout_id
        )
    ).all()
    parts = [row for row in rows if row.source_id != payout.payout_id]
    return OfPayout(
        payout.payout_id,
        len(parts),
        Money(sum(row.net_minor for row in parts), payout.currency),
        Money(payout.amount_minor, payout.currency),
        unexplained([row.txn_id for row in rows]),
    )


def parts(payouts: Sequence[Payout]) -> dict[str, tuple[int, Money]]:
    """How many parts were taken in for each of these payouts, and what they add up to, by the payout's id."""
    transaction, currency = StripeTransaction, {each.payout_id: each.currency for each in payouts}
    rows = db.session.execute(
        select(transaction.payout_id, func.count(), func.sum(transaction.net_minor))
        .where(transaction.payout_id.in_(currency), transaction.source_id.is_distinct_from(transaction.payout_id))
        .group_by(transaction.payout_id)
    )
    found = {name: (number, Money(int(minor), currency[name])) for name, number, minor in rows if name}
    return {name: found.get(name, (0, Money(0, currency[name]))) for name in currency}


def _on_stripe() -> Any:
    """What a transfer moves on the Stripe account of the transaction's currency."""
    return case(
        (Transfer.to_account_id == Account.id, Transfer.amount_minor),
        (Transfer.from_account_id == Account.id, -Transfer.amount_minor),
        else_=0,
    )
