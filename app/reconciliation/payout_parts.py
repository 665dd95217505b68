"""What a payout is made of, part by part: each of Stripe's movements with the gift that it is about, and the line of
the bank's statement on which the payout stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.bank.booking import BankMatch
from app.bank.statement import BankLine
from app.database import db
from app.donations.disputes import Dispute
from app.donations.donation import Donation
from app.donations.refunds import DonationRefund
from app.money import Money
from app.paging import Order, Page, page
from app.payments.objects import StripeTransaction
from app.payments.payout import Payout
from app.subject import Subject

_ON_A_PAGE = 100


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


def listed(payout: Payout, after: str = "") -> Page[Part]:
    """A page of parts in the order in which they happened, from the one after `after`."""
    transaction = StripeTransaction
    query = select(transaction).where(
        transaction.payout_id == payout.payout_id, transaction.source_id.is_distinct_from(payout.payout_id)
    )
    order = Order(transaction.created_at, transaction.txn_id, down=False)
    shown = page(query, order, transaction.txn_id, older=after, most=_ON_A_PAGE)
    gifts = _gifts([row.source_id for row in shown.rows if row.source_id])
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
        for row in shown.rows
    ]
    return Page(found, shown.newer, shown.older)


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
