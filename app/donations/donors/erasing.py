"""Erasing a donor: whom the gifts came from is forgotten; the gifts, the books and the chain of seals stay whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, select, update

from app import clock
from app.audit import acknowledging
from app.audit import trail as audit_trail
from app.bank import booking as statements
from app.bank import rule as bank_rules
from app.database import db
from app.donations import disputes
from app.donations.by_hand import GiftByHand
from app.donations.donation import ON_ITS_WAY, PLEDGED, Donation
from app.donations.donors.personal_data import PersonalData
from app.donations.plans.plan import ACTIVE, PAST_DUE, PAUSED, Plan, PlanLink
from app.donations.standing_order import StandingOrder
from app.donors.donor import Note
from app.errors import DomainError
from app.ledger import entries, erasure
from app.ledger.entries import Entry
from app.money import Money
from app.payments import inbox as events
from app.receipts import filing as receipts
from app.subject import Subject

# The records of a gift are kept for six years after the end of the year in which it was made (PPERA 2000, s. 41(4)).
_RETENTION_YEARS = 6
_UNDER_WAY = ("asked", "pending", "requires_action")


class NotErasable(DomainError):
    """Something of this person is still going on, or the law wants it kept; the message says what."""


@dataclass(frozen=True, slots=True)
class ErasedCounts:
    """What an erasure comes to: how many of each."""

    donations: int
    plans: int
    receipts: int
    events: int


def check(theirs: PersonalData, *, keep_names_over: Money | None) -> list[int]:
    """The events about somebody who may be erased now. `keep_names_over`: of gifts above this amount the giver's name
    has to be kept. Raises `NotErasable` with every reason against it."""
    about = events.about(theirs.names())
    against = list(_against(theirs, about, keep_names_over))
    if against:
        raise NotErasable("; ".join(dict.fromkeys(against)))
    return about


def erase(theirs: PersonalData, *, by: str, keep_names_over: Money | None) -> ErasedCounts:
    """Forget this person: names, addresses, messages, notes, reasons, receipts' names and PDFs, the bodies of events,
    the details of audit records. What they gave stays in the books under its reference. The caller commits. Raises
    `NotErasable`."""
    about = check(theirs, keep_names_over=keep_names_over)
    subjects = list(theirs.subjects())
    issued = sum(receipts.forget(each.id, by=by) for each in theirs.donations)
    events.forget(about, by=by)
    records = audit_trail.about(subjects)
    erasure.record("audit", records, by=by)
    audit_trail.forget(records)
    acknowledging.forget(subjects)
    for subject in subjects:
        db.session.execute(delete(Note).where(Note.subject == subject))
        for entry_id in db.session.scalars(select(Entry.id).where(Entry.subject == subject)):
            entries.erase_reason(entry_id)
    _empty(theirs)
    erasure.record("donation", [each.id for each in theirs.donations], by=by)
    erasure.record("plan", [each.id for each in theirs.plans], by=by)
    erasure.record("donor", [each.id for each in theirs.donors], by=by)
    db.session.flush()
    return ErasedCounts(len(theirs.donations), len(theirs.plans), issued, len(about))


def _empty(theirs: PersonalData) -> None:
    bank_rules.forget(
        [each.name or "" for each in theirs.donors]
        + [each.name or "" for each in theirs.pledges()]
        + list(db.session.scalars(select(StandingOrder.payer).where(_orders(theirs), StandingOrder.payer.is_not(None))))
    )
    for pledged in theirs.pledges():
        pledged.name = pledged.email = pledged.address = pledged.postcode = None
        pledged.message = pledged.checkout_url = None
        pledged.name_may_be_shown = False
    for gift in theirs.donations:
        gift.name_key = gift.email_key = gift.card_last4 = None
    for plan in theirs.plans:
        plan.payment_url = None
        db.session.execute(delete(PlanLink).where(PlanLink.plan_id == plan.id))
    for donor in theirs.donors:
        donor.name = donor.email = donor.address = donor.postcode = donor.name_key = donor.email_key = None
        donor.erased_at = clock.now()
    for refund in theirs.refunds:
        refund.reason = None
    ids = [each.id for each in theirs.donations]
    by_hand = GiftByHand.donation_id.in_(ids)
    ended = _orders(theirs)
    paid = db.session.scalars(select(StandingOrder.reference).where(ended))
    statements.forget(
        [Subject("donation", each.reference) for each in theirs.donations]
        + [Subject("standing-order", each) for each in paid]
    )
    db.session.execute(update(StandingOrder).where(ended).values(payer=None, reference_text=None))
    db.session.execute(update(GiftByHand).where(by_hand).values(what=None, reason=None))


def _orders(theirs: PersonalData) -> ColumnElement[bool]:
    """Their standing orders: those that paid a gift of theirs, and those that are to."""
    ids = [each.id for each in theirs.donations]
    paid = select(GiftByHand.standing_order_id).where(GiftByHand.donation_id.in_(ids))
    return StandingOrder.id.in_(paid) | StandingOrder.donor_id.in_([each.id for each in theirs.donors])


def _against(theirs: PersonalData, about: list[int], keep_names_over: Money | None) -> Iterator[str]:
    moment = clock.now()
    if any(plan.state in (ACTIVE, PAST_DUE, PAUSED) for plan in theirs.plans):
        yield "a monthly gift still runs; end it first"
    if any(map(disputes.is_open, theirs.disputes)):
        yield "a dispute is not decided yet"
    if any(refund.state in _UNDER_WAY for refund in theirs.refunds):
        yield "a refund is still under way"
    if any(gift.state == ON_ITS_WAY for gift in theirs.donations):
        yield "a debit is still on its way"
    if any(_can_be_paid(each, moment) for each in theirs.pledges()):
        yield "a payment page is still open; it closes by itself within a day"
    if events.still_pending(about):
        yield "news from Stripe about it has not been worked off yet"
    running = select(StandingOrder.id).where(_orders(theirs), StandingOrder.ended_on.is_(None))
    if db.session.scalar(running.limit(1)) is not None:
        yield "a standing order is still expected; end it first"
    promised = Donation.state == PLEDGED
    by_hand = select(GiftByHand.donation_id).where(GiftByHand.donation_id.in_([gift.id for gift in theirs.donations]))
    if db.session.scalar(select(Donation.id).where(Donation.id.in_(by_hand), promised).limit(1)) is not None:
        yield "a gift that was promised is still expected; withdraw it first"
    until = max((day for gift in theirs.donations if (day := _retained_until(gift, keep_names_over))), default=None)
    if until is not None and clock.today() <= until:
        yield f"the records of a gift this large have to be kept until {until.isoformat()}"


def _can_be_paid(pledged: Donation | Plan, moment: datetime) -> bool:
    closes = pledged.checkout_expires_at
    return pledged.state == "pledged" and closes is not None and closes > moment


def _retained_until(gift: Donation, keep_names_over: Money | None) -> date | None:
    if keep_names_over is None or gift.received_at is None or gift.currency != keep_names_over.currency:
        return None
    if gift.amount_minor <= keep_names_over.minor:
        return None
    return date(clock.local_day(gift.received_at).year + _RETENTION_YEARS, 12, 31)
