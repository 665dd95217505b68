"""The timeline of one gift: everything that happened to it, in order, as a treasurer would tell it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import defer

from app.database import db
from app.donations.disputes import Dispute
from app.donations.donation import Donation
from app.donations.refunds import DonationRefund
from app.emails.email import SENT, DueEmail
from app.ledger.entries import Entry, Transfer
from app.money import Money
from app.payments.inbox import StripeEvent
from app.payments.objects import StripeTransaction
from app.payments.payout import Payout
from app.receipts import filing
from app.receipts.receipt import Receipt
from app.subject import Subject

# What can happen, in the order in which it is told when several things happened at the same moment.
PLEDGED, ON_ITS_WAY, DECLINED, RECEIVED, ENTRY, RECEIPT, MAILED, GIVEN, LETTER, REFUND, DISPUTE, PAYOUT = (
    "pledged",
    "on-its-way",
    "declined",
    "received",
    "entry",
    "receipt",
    "mailed",
    "given",
    "letter",
    "refund",
    "dispute",
    "payout",
)
_IN_ORDER = (PLEDGED, ON_ITS_WAY, DECLINED, RECEIVED, ENTRY, REFUND, DISPUTE, RECEIPT, MAILED, GIVEN, LETTER, PAYOUT)
_ORDER = {kind: place for place, kind in enumerate(_IN_ORDER)}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: when, what kind of thing, and the row (or rows) that say so, by the kind's own name."""

    at: datetime
    kind: str
    about: Any
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Timeline:
    """All of it, oldest first, and apart from that what Stripe told us of it, message by message."""

    happenings: list[Happening]
    refunds: Sequence[DonationRefund]
    receipts: Sequence[Receipt]
    events: Sequence[StripeEvent]


def of(gift: Donation) -> Timeline:
    """The timeline of a gift; always the same number of questions to the database."""
    subject = Subject("donation", gift.reference)
    refunds = db.session.scalars(
        select(DonationRefund).where(DonationRefund.donation_id == gift.id).order_by(DonationRefund.id)
    ).all()
    disputes = db.session.scalars(select(Dispute).where(Dispute.charge_id == (gift.charge_id or ""))).all()
    receipts = filing.read_all(gift.id)
    names = [gift.charge_id, *(each.refund_id for each in refunds), *(each.dispute_id for each in disputes)]
    found = [
        *_pledge(gift),
        *_entries(subject),
        *(Happening(each.asked_at, REFUND, each) for each in refunds),
        *(Happening(each.opened_at, DISPUTE, each) for each in disputes),
        *_receipts(receipts),
        *_emails([subject, *(Subject("refund", each.refund_id) for each in refunds if each.refund_id)]),
        *_payouts([name for name in names if name]),
    ]
    found.sort(key=lambda each: (each.at.replace(microsecond=0), _ORDER[each.kind]))
    return Timeline(found, refunds, receipts, _events([gift.reference, gift.checkout_session_id, *names]))


def _pledge(gift: Donation) -> Iterator[Happening]:
    if (
        (gift.method == "card" and gift.plan_id is None)
        or gift.received_at is None
        or gift.pledged_at < gift.received_at
    ):
        yield Happening(gift.pledged_at, PLEDGED, gift)
    if gift.on_its_way_at is not None:
        yield Happening(gift.on_its_way_at, ON_ITS_WAY, gift)
    if gift.declined_at is not None:
        yield Happening(gift.declined_at, DECLINED, gift)
    if gift.received_at is not None:
        yield Happening(gift.received_at, RECEIVED, gift)


def _entries(subject: str) -> Iterator[Happening]:
    rows = db.session.execute(
        select(Entry, Transfer)
        .join(Transfer, (Transfer.entry_id == Entry.id) & (Transfer.line == 1))
        .where(Entry.subject == subject)
        .order_by(Entry.id)
    )
    for entry, transfer in rows:
        yield Happening(entry.occurred_at, ENTRY, entry, {"amount": Money(transfer.amount_minor, transfer.currency)})


def _receipts(receipts: Sequence[Receipt]) -> Iterator[Happening]:
    for each in receipts:
        if each.issued_at is not None:
            yield Happening(each.issued_at, RECEIPT, each)
        if each.mailed_at is not None:
            yield Happening(each.mailed_at, MAILED, each)
        if each.given_at is not None:
            yield Happening(each.given_at, GIVEN, each)


def _emails(subjects: Sequence[str]) -> Iterator[Happening]:
    about = DueEmail.subject.in_(subjects)
    for email in db.session.scalars(select(DueEmail).where(about, DueEmail.state == SENT).order_by(DueEmail.id)):
        if email.sent_at is not None:
            yield Happening(email.sent_at, LETTER, email)


def _payouts(names: Sequence[str]) -> Iterator[Happening]:
    """The payouts with which the gift's money, or what was taken back of it, left for the bank."""
    left = select(StripeTransaction.payout_id).where(StripeTransaction.source_id.in_(names))
    for payout in db.session.scalars(select(Payout).where(Payout.payout_id.in_(left)).order_by(Payout.id)):
        yield Happening(payout.created_at, PAYOUT, payout, {"amount": Money(payout.amount_minor, payout.currency)})


def _events(names: Sequence[str | None]) -> Sequence[StripeEvent]:
    about = StripeEvent.about.in_([name for name in names if name])
    query = select(StripeEvent).where(about).order_by(StripeEvent.created_at, StripeEvent.id)
    return db.session.scalars(query.options(defer(StripeEvent.body))).all()
