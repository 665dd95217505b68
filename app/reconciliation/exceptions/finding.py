"""Exceptions: what the books cannot settle by themselves and a person has to look at."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app import clock
from app.database import db
from app.donations.donation import Donation
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.money import Money, written
from app.payments.inbox import PENDING, StripeEvent
from app.receipts import filing
from app.receipts.receipt import Receipt
from app.reconciliation.exceptions import bank, offline, plans, stripe
from app.reconciliation.exceptions.exception import BookException

__all__ = ["BookException", "find"]

# An event or a receipt that still waits after this long is more than a hiccup.
_LATE = timedelta(minutes=10)


def find(most: int = 500) -> list[BookException]:
    """Everything that needs somebody now, at most `most` of each kind, oldest first."""
    return [
        *find_quickly(most),
        *stripe.fees(most),
        *stripe.wrong(most),
        *stripe.differences(),
        *bank.differences(),
    ]


def find_quickly(most: int = 500) -> list[BookException]:
    """Those that need no sums over the whole books, in time that does not grow with them."""
    return [
        *_unclaimed(most),
        *_stuck_events(most),
        *_stuck_receipts(most),
        *plans.past_due(most),
        *plans.charged_twice(most),
        *plans.of_ended_appeals(most),
        *stripe.contradictions(most),
        *stripe.disputes(most),
        *stripe.closed_disputes(most),
        *stripe.refunds(most),
        *stripe.payouts(most),
        *stripe.suspended(most),
        *bank.lines(most),
        *bank.unidentified(most),
        *offline.standing_orders(most),
        *offline.transfers(most),
        *offline.booked_early(most),
        *offline.unbanked_cash(most),
    ]


def _unclaimed(most: int) -> list[BookException]:
    """Charges that no donation claims; one that has been reversed was dealt with.

    They are found by their account, which has few transfers; entries have no index by kind. They are put in order here:
    asked for the first ones in order, SQLite would rather read all entries.
    """
    unidentified = db.session.scalars(
        select(Account.id).where(Account.code.startswith("liabilities:unidentified:"))
    ).all()
    if not unidentified:
        return []
    reversal = aliased(Entry)
    rows = db.session.execute(
        select(Entry.id, Entry.subject, Entry.booked_on, Transfer.amount_minor, Transfer.currency)
        .join_from(Transfer, Entry, Transfer.entry_id == Entry.id)
        .where(
            Transfer.from_account_id.in_(unidentified),
            Entry.kind == "unclaimed-charge",
            ~select(reversal.id).where(reversal.reverses_id == Entry.id).exists(),
        )
    )
    return [
        BookException(
            "unclaimed charge",
            row.subject.reference,
            f"{written(Money(row.amount_minor, row.currency))} on {row.booked_on} belongs to no donation",
            stripe_id=row.subject.reference,
        )
        for row in sorted(rows, key=lambda each: each.id)[:most]
    ]


def _stuck_events(most: int) -> list[BookException]:
    rows = db.session.execute(
        select(StripeEvent.event_id, StripeEvent.type, StripeEvent.attempts, StripeEvent.last_error)
        .where(StripeEvent.state == PENDING, StripeEvent.received_at < clock.now() - _LATE)
        .order_by(StripeEvent.id)
        .limit(most)
    )
    return [
        BookException(
            "pending event",
            row.event_id,
            f"{row.type}, tried {row.attempts} times: {row.last_error or 'not yet'}",
            stripe_id=row.event_id,
            facts=f"{row.type}: {row.last_error}",
        )
        for row in rows
    ]


def _stuck_receipts(most: int) -> list[BookException]:
    """Receipts that failed, and those that nobody has even tried: then the worker is not working."""
    late = Receipt.last_error.is_not(None) | (Receipt.requested_at < clock.now() - _LATE)
    rows = db.session.execute(
        select(Donation.reference, Receipt.place, Receipt.attempts, Receipt.last_error)
        .join(Donation, Donation.id == Receipt.donation_id)
        .where(filing.unfinished(), late)
        .order_by(Receipt.id)
        .limit(most)
    )
    return [
        BookException(
            "receipt",
            filing.named(row.reference, row.place),
            f"tried {row.attempts} times: {row.last_error or 'not yet'}",
            gift=row.reference,
            facts=str(row.last_error),
        )
        for row in rows
    ]
