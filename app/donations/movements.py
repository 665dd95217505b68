"""Movements: each of Stripe's balance transactions is kept and booked once, and linked to the entries it caused.

What a transaction means depends on its type; the table at the end says it. The proof that the books agree with Stripe
rests on one rule: the entries linked to a transaction move exactly its net on the Stripe account.

Exchange: a movement whose two ends have different currencies goes through equity, each currency for itself.

Fees: what a charge brought to the Stripe account and what Stripe kept of it, booked when Stripe makes it known.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from app.database import db
from app.ledger import posting
from app.ledger.posting import Line
from app.money import Money, decimals
from app.payments.objects import Charge, StripeMovement, StripeTransaction, Transaction
from app.subject import Subject

# Stripe rounds its rates to a few digits; what differs from the whole by less than this part of it is the whole.
_ROUNDED = Decimal("0.0005")


def lines_between(other: str, worth: Money, settled: Money) -> list[Line]:
    """The transfers by which `settled` comes to the Stripe account from the account `other`, where it is `worth`
    (or, both negative, leaves it for there). In one currency that is one transfer; in two, `other` gives to the
    exchange account of its currency and the exchange account of the other gives to Stripe, so that each currency sums
    to zero. A movement of nothing has no transfers.
    """
    if worth.currency == settled.currency:
        return _line(other, "assets:stripe", settled)
    return [*_line(other, "equity:exchange", worth), *_line("equity:exchange", "assets:stripe", settled)]


def worth_of(movement: Transaction, whole: Money, whole_settled: int = 0) -> Money:
    """What a movement that was settled in another currency is worth in that of `whole`, never negative.

    `whole` is what it would be worth if all were moved, and `whole_settled` what that had come to in the movement's
    currency. By Stripe's rate; without one, as great a part of the whole as its amount is of the whole's.
    """
    settled = abs(movement.amount.minor)
    if movement.rate is None:
        if settled >= whole_settled:
            return whole
        return Money(_rounded(Decimal(whole.minor) * settled / whole_settled), whole.currency)
    unit = Decimal(10) ** (decimals(whole.currency) - decimals(movement.amount.currency))
    minor = settled / movement.rate * unit
    # The settled amount was itself rounded, to the nearest unit of its own.
    slack = unit / movement.rate / 2 + 1 + whole.minor * _ROUNDED
    return whole if abs(minor - whole.minor) <= slack else Money(_rounded(minor), whole.currency)


def _rounded(minor: Decimal) -> int:
    return int(minor.to_integral_value(ROUND_HALF_EVEN))


def _line(giver: str, taker: str, amount: Money) -> list[Line]:
    if amount.minor == 0:
        return []
    return [Line(giver, taker, amount) if amount.minor > 0 else Line(taker, giver, -amount)]


def book(
    transaction: Transaction,
    *,
    other: str,
    worth: Money,
    kind: str,
    memo: str,
    subject: Subject,
    fees: str = "expenses:card-fees",
    already: Sequence[int] = (),
) -> None:
    """Book a balance transaction and its fee. Booking it again changes nothing; the caller commits.

    `other` is the account at the other end and `worth` what the movement is worth there, positive when money comes
    to the Stripe account. `already` are entries that booked the gross amount before Stripe made the transaction
    known; then only the fee is new.
    """
    _keep(transaction)
    if is_booked(transaction.txn_id):
        return
    entries = list(already)
    if not already and transaction.amount.minor:
        posted = posting.post(
            f"stripe:{transaction.txn_id}:{kind}",
            lines_between(other, worth, transaction.amount),
            kind=kind,
            subject=subject,
            memo=memo,
            occurred_at=transaction.created_at,
            recorded_by="stripe",
        )
        entries.append(posted.entry_id)
    if transaction.fee.minor:
        entries.append(_book_fee(transaction, fees, subject))
    _link(transaction, entries)


def is_booked(txn_id: str) -> bool:
    """Whether a balance transaction is linked to the entries that it caused; one that moves nothing has none."""
    return db.session.scalar(select(StripeMovement.line).where(StripeMovement.txn_id == txn_id).limit(1)) is not None


def book_by_type(transaction: Transaction) -> None:
    """Book a transaction that no charge, refund, dispute or payout of ours explains: Stripe's own fees as an expense,
    everything else in suspense, where it is an exception until somebody has explained it."""
    fee_type = transaction.kind in _STRIPE_FEES
    account = "expenses:stripe-fees" if fee_type else "suspense:stripe"
    book(
        transaction,
        other=account,
        worth=transaction.amount,
        kind="stripe-fee" if fee_type else "unexplained",
        memo="Stripe's own fee" if fee_type else "movement of a type that the books do not know",
        subject=Subject("transaction", transaction.txn_id),
        fees="expenses:stripe-fees",
    )


def _book_fee(transaction: Transaction, account: str, subject: Subject) -> int:
    currency, fee = transaction.fee.currency, transaction.fee
    ends = ("assets:stripe", account) if fee.minor > 0 else (account, "assets:stripe")
    return posting.post(
        f"stripe:{transaction.txn_id}:fee",
        [Line(*ends, Money(abs(fee.minor), currency))],
        kind="fee",
        subject=subject,
        memo="Stripe's fee" if fee.minor > 0 else "Stripe's fee given back",
        occurred_at=transaction.created_at,
        recorded_by="stripe",
    ).entry_id


def _keep(transaction: Transaction) -> None:
    db.session.execute(
        postgresql.insert(StripeTransaction)
        .values(
            txn_id=transaction.txn_id,
            source_id=transaction.source_id,
            type=transaction.kind,
            amount_minor=transaction.amount.minor,
            fee_minor=transaction.fee.minor,
            net_minor=transaction.net.minor,
            currency=transaction.amount.currency,
            created_at=transaction.created_at,
            available_on=transaction.available_on,
        )
        .on_conflict_do_nothing(index_elements=["txn_id"])
    )


def _link(transaction: Transaction, entries: Sequence[int]) -> None:
    rows = [{"txn_id": transaction.txn_id, "line": line, "entry_id": entry} for line, entry in enumerate(entries, 1)]
    if rows:
        db.session.execute(postgresql.insert(StripeMovement).values(rows).on_conflict_do_nothing())


# Types whose money is Stripe's price for something (docs.stripe.com/reports/balance-transaction-types).
_STRIPE_FEES = frozenset({"stripe_fee", "stripe_fx_fee", "tax_fee", "network_cost", "application_fee"})


def book_settlement(charge: Charge, transaction: Transaction) -> None:
    """Book the movement that settled a charge, now that it is known: the fee, and the exchange where there was one.

    The charge itself has been booked before. Booking it again changes nothing; the caller commits.
    """
    received = posting.moved_by(f"stripe:{charge.charge_id}:received")
    if received is None:
        return
    settled_here = received.to_code == f"assets:stripe:{transaction.amount.currency}"
    book(
        transaction,
        other=received.to_code,
        worth=received.amount,
        kind="settled",
        memo="charge settled",
        subject=received.subject,
        already=[received.entry_id] if settled_here else [],
    )
