"""Taking in: a balance transaction that came without news leads to what caused it, and both are booked."""

from sqlalchemy import select

from app.donations import movements, news
from app.donations.news import Found
from app.extensions import db
from app.payments.lookup import Lookup
from app.payments.transaction import StripeMovement, StripeTransaction, Transaction


def unknown(transactions: list[Transaction]) -> list[Transaction]:
    """Those of Stripe's transactions that the books do not have, or have without what they caused, oldest first."""
    names = [each.txn_id for each in transactions]
    booked = select(StripeMovement.line).where(StripeMovement.txn_id == StripeTransaction.txn_id).exists()
    moves_nothing = (StripeTransaction.amount_minor == 0) & (StripeTransaction.fee_minor == 0)
    known = set(
        db.session.scalars(
            select(StripeTransaction.txn_id).where(StripeTransaction.txn_id.in_(names), booked | moves_nothing)
        )
    )
    missing = [each for each in transactions if each.txn_id not in known]
    return sorted(missing, key=lambda each: (each.created_at, each.txn_id))


def look(transaction: Transaction, gateway: Lookup) -> Found:
    """Ask Stripe for what caused a transaction: a charge, a refund, a dispute or a payout; nothing for all else.

    Raises what the gateway raises. Must be called with no transaction open in the database.
    """
    source = transaction.source_id or ""
    match source.partition("_")[0]:
        case "ch" | "py":
            return Found(charge=gateway.charge(source))
        case "re" | "pyr":
            return Found(refunds=(gateway.refund(source),))
        case "dp" | "du":
            return Found(disputes=(gateway.dispute(source),))
        case "po":
            return Found(payout=gateway.payout(source))
        case _:
            return Found()


def book(transaction: Transaction, found: Found) -> None:
    """Book a transaction with what caused it, or by its type when nothing of ours did; the caller commits. Booking it
    again changes nothing."""
    news.book(found)
    if not movements.is_booked(transaction.txn_id):
        movements.book_by_type(transaction)
