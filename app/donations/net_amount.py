"""The net amount of a donation: what the books say it brought, less what went back, for whatever reason."""

from typing import Any

from sqlalchemy import BindParameter, bindparam, case, func, or_, select

from app.donations import by_hand, refunds
from app.donations.by_hand import GiftByHand
from app.donations.disputes import Dispute
from app.donations.donation import CARD, Donation
from app.extensions import db
from app.ledger import posting
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.money import Money
from app.subject import Subject

# Built once: to build a statement costs more than to run it (docs/performance.md).
_OURS: BindParameter[int] = bindparam("ours")
_NET = (
    select(func.sum(case((Transfer.from_account_id == _OURS, Transfer.amount_minor), else_=-Transfer.amount_minor)))
    .join(Entry, Entry.id == Transfer.entry_id)
    .where(
        Entry.subject == bindparam("subject"),
        or_(Transfer.from_account_id == _OURS, Transfer.to_account_id == _OURS),
    )
)


def of(donation: Donation) -> Money:
    """The net amount of a received donation: over the entries about it, what left the account it was received on (its
    appeal's income), less what came back there. Refunds and lost disputes lower it, a refund that failed raises it.
    One that did not come by card is kept whole, until it bounces, is reversed or is paid back.
    """
    if donation.method != CARD:
        return by_hand.net_amount(donation)
    received = posting.moved_by(f"stripe:{donation.charge_id}:received")
    if received is None:
        return donation.amount
    ours = posting.account_id(received.from_code, received.amount.currency)
    total = db.session.scalar(_NET, {"ours": ours, "subject": received.subject})
    return Money(int(total or 0), received.amount.currency)


def minor() -> Any:
    """The same as a column of a query over received donations, in minor units of each one's currency.

    Only gifts that had a refund or a dispute, or were returned, are looked up in the books: many can be added up.
    """
    gone, come = Account.__table__.alias("gone"), Account.__table__.alias("come")
    income = case((gone.c.kind == "income", 1), else_=0) - case((come.c.kind == "income", 1), else_=0)
    booked = (
        select(func.sum(Transfer.amount_minor * income))
        .join_from(Entry, Transfer, Transfer.entry_id == Entry.id)
        .join(gone, gone.c.id == Transfer.from_account_id)
        .join(come, come.c.id == Transfer.to_account_id)
        .where(Entry.subject == Subject.of("donation", Donation.reference), Transfer.currency == Donation.currency)
        .correlate(Donation)
        .scalar_subquery()
    )
    to_nothing = GiftByHand.bounced_on.is_not(None) | GiftByHand.reversed_at.is_not(None)
    of_none = select(GiftByHand.donation_id).where(GiftByHand.donation_id == Donation.id, to_nothing).exists()
    refunded = select(refunds.DonationRefund.id).where(refunds.DonationRefund.donation_id == Donation.id).exists()
    disputed = select(Dispute.id).where(Dispute.charge_id == Donation.charge_id).exists()
    return case(
        ((Donation.method != CARD) & of_none, 0),
        (
            (Donation.method == CARD)
            & or_(refunded, disputed, Donation.returned_at.is_not(None), Donation.paid_back_minor > 0),
            func.coalesce(booked, 0),
        ),
        else_=Donation.amount_minor - Donation.paid_back_minor,
    )
