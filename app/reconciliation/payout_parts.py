"""What a payout is made of, part by part: each of Stripe's movements with the gift that it is about, and the line of
the bank's statement on which the payout stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, tuple_

from app.bank.booking import BankMatch
from app.bank.statement import BankLine
from app.donations.disputes import Dispute
from app.donations.donation import Donation
from app.donations.refunds import DonationRefund
from app.extensions import db
from app.money import Money
from app.payments.objects import StripeTransaction
from app.payments.payout import Payout
from app.subject import Subject

PAGE = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One movement: its kind in Stripe's word, what it moved, what Stripe kept of that and the rest; and the gift that
    it is about, where there is one."""

    txn_id: str
    kind: str
    at: datetime
    amount: Money
    fee: Money
    net: Money
    gift: Donation | None


def page(payout: Payout, after: str = "") -> tuple[list[Part], str]:
    """A page of parts in the order in which they happened, from the one after `after`, and after which the next page
    begins: nothing on the last."""
    transaction = StripeTransaction
    query = select(transaction).where(
        transaction.payout_id == payout.payout_id, transaction.source_id.is_distinct_from(payout.payout_id)
    )
    last = db.session.execute(
        select(transaction.created_at, transaction.txn_id).where(transaction.txn_id == after)
    ).first()
    if last is not None:
        query = query.where(tuple_(transaction.created_at, transaction.txn_id) > (last.created_at, last.txn_id))
    rows = db.session.scalars(query.order_by(transaction.created_at, transaction.txn_id).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    gifts = _gifts([row.source_id for row in shown if row.source_id])
    found = [
        Part(
            row.txn_id,
            row.type,
            row.created_at,
            Money(row.amount_minor, row.currency),
            Money(row.fee_minor, row.currency),
            Money(row.net_minor, row.currency),
            gifts.get(row.source_id or ""),
        )
        for row in shown
    ]
    return found, shown[-1].txn_id if len(rows) > PAGE else ""


def line_of(payout: Payout) -> BankLine | None:
    """The line of the bank's statement that somebody has said to be this payout; where it came in parts, the first."""
    named = select(BankMatch.line_id).where(
        BankMatch.subject == Subject("payout", payout.payout_id), BankMatch.undone_by.is_(None)
    )
    return db.session.scalars(select(BankLine).where(BankLine.id.in_(named)).order_by(BankLine.id)).first()


def _gifts(sources: Sequence[str]) -> dict[str, Donation]:
    """The gifts that these charges, refunds and disputes are about, by the id of each at Stripe."""
    charges = {each: each for each in sources}
    refunds = select(DonationRefund.refund_id, DonationRefund.charge_id).where(DonationRefund.refund_id.in_(sources))
    disputes = select(Dispute.dispute_id, Dispute.charge_id).where(Dispute.dispute_id.in_(sources))
    for query in (refunds, disputes):
        charges |= {source: charge for source, charge in db.session.execute(query) if source}
    gifts = db.session.scalars(select(Donation).where(Donation.charge_id.in_(set(charges.values()))))
    by_charge = {each.charge_id: each for each in gifts}
    return {source: by_charge[charge] for source, charge in charges.items() if charge in by_charge}
