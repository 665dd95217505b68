"""Everything that the books say, to be compared: but for when it was recorded, and for names that differ by chance."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.database import db
from app.donations.disputes import Dispute
from app.donations.donation import Donation
from app.donations.plans.plan import Plan
from app.donations.refunds import DonationRefund
from app.ledger.accounts import Account
from app.ledger.balances import Balance, DailyBalance
from app.ledger.entries import Entry, Transfer
from app.payments.objects import StripeMovement, StripeTransaction
from app.payments.payout import Payout
from app.receipts.receipt import Receipt

Books = dict[str, list[tuple[Any, ...]]]


def whole() -> Books:
    """The books by what they are about; each part sorted, since rows may come in any order."""
    db.session.rollback()
    # A month's donation gets its reference when its charge is first heard of; its charge is its name here.
    names = {
        f"donation:{reference}": f"gift of {charge}"
        for reference, charge in _rows(Donation.reference, Donation.charge_id)
    }
    giver, taker = aliased(Account), aliased(Account)
    parts = {
        "entries": select(
            Entry.source, Entry.subject, Entry.kind, Entry.memo, Entry.lines, Entry.occurred_at, Entry.booked_on,
            Entry.recorded_by, Transfer.line, giver.code, taker.code, Transfer.amount_minor, Transfer.currency,
        )
        .join(Transfer, Transfer.entry_id == Entry.id)
        .join(giver, giver.id == Transfer.from_account_id)
        .join(taker, taker.id == Transfer.to_account_id),
        "balances": select(Account.code, Balance.out_minor, Balance.in_minor, Balance.gifts).join(Account),
        "days": select(
            Account.code, DailyBalance.booked_on, DailyBalance.out_minor, DailyBalance.in_minor
        ).join(Account),
        "gifts": select(
            Donation.charge_id, Donation.state, Donation.amount_minor, Donation.received_at, Donation.plan_id
        ),
        "receipts": select(Donation.charge_id, Receipt.place, Receipt.state).join(
            Donation, Donation.id == Receipt.donation_id
        ),
        "movements": select(
            StripeTransaction.txn_id, StripeTransaction.type, StripeTransaction.source_id,
            StripeTransaction.net_minor, StripeTransaction.fee_minor, StripeTransaction.payout_id,
            StripeMovement.line, Entry.source,
        )
        .outerjoin(StripeMovement, StripeMovement.txn_id == StripeTransaction.txn_id)
        .outerjoin(Entry, Entry.id == StripeMovement.entry_id),
        "refunds": select(DonationRefund.refund_id, DonationRefund.state, DonationRefund.amount_minor),
        "disputes": select(Dispute.dispute_id, Dispute.status, Dispute.amount_minor),
        "payouts": select(Payout.payout_id, Payout.status, Payout.difference_minor),
        "plans": select(Plan.reference, Plan.state, Plan.amount_minor, Plan.started_at, Plan.ended_at),
    }  # fmt: skip
    return {
        about: sorted((tuple(names.get(value, value) for value in row) for row in _rows(query)), key=repr)
        for about, query in parts.items()
    }


def _rows(*query: Any) -> Any:
    return db.session.execute(query[0] if len(query) == 1 else select(*query)).all()
