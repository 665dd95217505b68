"""Exceptions between us and Stripe: disputes, refunds and payouts that failed, and movements nothing explains."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import literal, or_, select

from app import clock
from app.database import db
from app.donations import disputes as donations_disputes
from app.donations.disputes import Dispute
from app.donations.donation import Donation
from app.donations.refunds import ASKED, REFUSED, DonationRefund
from app.ledger import by_subject
from app.money import Money, written
from app.payments import contradiction
from app.payments.objects import StripeTransaction
from app.payments.payout import CANCELED, FAILED, Payout
from app.reconciliation import payouts as reconciliation_payouts
from app.reconciliation import stripe_balance, suspense
from app.reconciliation.exceptions.exception import BookException
from app.subject import Subject

# What is not through after this long is more than a hiccup.
_LATE = timedelta(hours=1)
_PARTS_LATE = timedelta(days=1)
_FEE_LATE, _FEE_LOOKED_FOR = timedelta(days=1), timedelta(days=60)
# A refund or a payout that failed is old news after this; by then somebody has seen it.
_NEWS = timedelta(days=30)


def disputes(most: int) -> list[BookException]:
    """Disputes that are open, and by when they must be answered."""
    found = donations_disputes.open_ones(most)
    gifts = _gifts_of([each.charge_id for each in found])
    return [
        BookException(
            "dispute",
            each.dispute_id,
            f"{written(each.amount)} of {each.charge_id}, {each.reason}: {each.status}"
            + (f", answer by {clock.local(each.due_by):%d %B %Y, %H:%M}" if each.due_by else ""),
            gift=gifts.get(each.charge_id, ""),
            stripe_id=each.dispute_id,
        )
        for each in found
    ]


def closed_disputes(most: int) -> list[BookException]:
    """Gifts whose disputes are all closed, and of which something is *disputed* all the same: more or less came back
    than Stripe said."""
    found = []
    for row in by_subject.held("assets:disputed:"):
        disputes = _disputes_of(row.subject)
        if disputes and not any(map(donations_disputes.is_open, disputes)):
            names = ", ".join(f"{each.dispute_id}: {each.status}" for each in disputes)
            left = written(Money(row.minor, row.currency))
            what = f"{left} of {row.subject} is still disputed ({names})"
            gift = row.subject.reference if row.subject.kind == "donation" else ""
            found.append(
                BookException("closed dispute", row.subject, what, gift=gift, stripe_id=disputes[-1].dispute_id)
            )
    return found[:most]


def _disputes_of(subject: Subject) -> Sequence[Dispute]:
    """The disputes of a gift ('donation:<reference>') or of a charge that no gift claims ('charge:<id>')."""
    of_gift = select(Donation.charge_id).where(Donation.reference == subject.reference)
    charge = of_gift if subject.kind == "donation" else select(literal(subject.reference))
    return db.session.scalars(select(Dispute).where(Dispute.charge_id.in_(charge)).order_by(Dispute.id)).all()


def _gifts_of(charges: Collection[str]) -> dict[str, str]:
    """The references of the gifts that these charges paid."""
    rows = db.session.execute(
        select(Donation.charge_id, Donation.reference).where(Donation.charge_id.in_(set(charges)))
    )
    return {row.charge_id: row.reference for row in rows}


def contradictions(most: int) -> list[BookException]:
    """What Stripe told again, and otherwise than before; nothing of it was applied."""
    found = contradiction.every(most)
    gifts = _gifts_of([each.name for each in found])
    return [
        BookException(
            "contradiction",
            each.name,
            f"{each.name} came again on {clock.local(each.noticed_at):%d %B %Y}: {each.what}",
            gift=gifts.get(each.name, ""),
            stripe_id=each.name,
        )
        for each in found
    ]


def refunds(most: int) -> list[BookException]:
    """Refunds that Stripe refused or that failed lately, and those it could not be asked for. Apart from these, the
    refunds that Stripe refused because the payment is disputed: the money may be on its way back by that."""
    late = (DonationRefund.state == ASKED) & (DonationRefund.asked_at < clock.now() - _LATE)
    failed = DonationRefund.state.in_((REFUSED, "failed", "canceled")) & (DonationRefund.asked_at > clock.now() - _NEWS)
    disputed = select(Dispute.id).where(Dispute.charge_id == DonationRefund.charge_id).exists()
    rows = db.session.execute(
        select(DonationRefund, Donation.reference, disputed)
        .outerjoin(Donation, Donation.id == DonationRefund.donation_id)
        .where(or_(late, failed))
        .order_by(DonationRefund.id)
        .limit(most)
    ).all()
    found = []
    for refund, reference, is_disputed in rows:
        number = refund.refund_id or refund.reference
        what = f"{written(refund.amount)} of gift {reference or refund.charge_id}: {refund.state}"
        about = {"gift": reference or "", "stripe_id": refund.charge_id}
        if is_disputed and refund.state == REFUSED:
            found.append(BookException("disputed refund", number, what, **about))
        else:
            found.append(BookException("refund", number, what, **about))
    return found


def payouts(most: int) -> list[BookException]:
    """Payouts that came back lately, and automatic ones that their parts do not explain."""
    came_back = Payout.status.in_((FAILED, CANCELED)) & (Payout.created_at > clock.now() - _NEWS)
    not_explained = (
        Payout.automatic
        & Payout.reconciled_at.is_(None)
        & Payout.last_error.is_not(None)
        & (Payout.created_at < clock.now() - _PARTS_LATE)
    )
    rows = db.session.scalars(select(Payout).where(or_(came_back, not_explained)).order_by(Payout.id).limit(most)).all()
    return [
        BookException(
            "payout",
            each.payout_id,
            f"{written(Money(each.amount_minor, each.currency))}, {each.status}"
            + ("" if each.reconciled_at or not each.automatic else f", not explained: {each.last_error}"),
            stripe_id=each.payout_id,
        )
        for each in rows
    ]


def fees(most: int) -> list[BookException]:
    """Charges whose fee Stripe has still not made known a day later; each hour and each day they are looked for.

    After two months the difference between the books and Stripe's movements still shows them.
    """
    known = select(StripeTransaction.txn_id).where(StripeTransaction.source_id == Donation.charge_id).exists()
    rows = db.session.execute(
        select(Donation.reference, Donation.charge_id, Donation.amount_minor, Donation.currency, Donation.received_at)
        .where(
            Donation.charge_id.is_not(None),
            Donation.received_at < clock.now() - _FEE_LATE,
            Donation.received_at > clock.now() - _FEE_LOOKED_FOR,
            ~known,
        )
        .order_by(Donation.received_at, Donation.id)
        .limit(most)
    )
    return [
        BookException(
            "unknown fee",
            row.reference,
            f"{written(Money(row.amount_minor, row.currency))} on {clock.local_day(row.received_at)}, "
            f"{row.charge_id}: Stripe has not said what it kept of it",
            gift=row.reference,
            stripe_id=row.charge_id,
        )
        for row in rows
    ]


def suspended(most: int) -> list[BookException]:
    """Movements that wait in suspense for somebody to explain them."""
    amounts = dict(suspense.in_suspense(most))
    types = db.session.execute(
        select(StripeTransaction.txn_id, StripeTransaction.type).where(StripeTransaction.txn_id.in_(amounts))
    )
    return [
        BookException("movement", txn_id, f"{written(-amounts[txn_id])} of type {kind}, in suspense")
        for txn_id, kind in sorted(types, key=lambda row: list(amounts).index(row.txn_id))
    ]


def wrong(most: int) -> list[BookException]:
    """Movements whose entries do not move their net, of all that Stripe ever made."""
    return [
        BookException(
            "movement", each.txn_id, f"{each.kind} of {written(each.net)}, but the books moved {written(each.booked)}"
        )
        for each in reconciliation_payouts.unexplained(most=most)
    ]


def differences() -> list[BookException]:
    """Currencies in which the books and all of Stripe's movements do not come to the same."""
    return [
        BookException("difference", each.books.currency, f"the books and Stripe differ by {written(each.difference)}")
        for each in stripe_balance.whole()
        if each.difference.minor
    ]
