"""A plan's payments: each month's charge is a donation of its own, with the details that the donor gave once."""

import hashlib
import secrets

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from app.database import db
from app.donations.donation import ON_ITS_WAY, PLEDGED, RECEIVED, Donation
from app.donations.plans import planning
from app.donations.plans.plan import Plan
from app.payments.objects import Charge


def donation_of(charge: Charge) -> str | None:
    """The reference of the donation that a charge without a donation in its metadata is, if it is any.

    One that has been settled is found by its charge. A plan's charge gets a donation now, pledged, for the caller to
    receive in the same transaction; its submission is the charge, so that two at once make one.
    """
    settled = db.session.scalar(select(Donation.reference).where(Donation.charge_id == charge.charge_id))
    if settled is not None or charge.plan is None:
        return settled
    plan = db.session.scalars(select(Plan).where(Plan.reference == charge.plan)).one_or_none()
    if plan is None or plan.currency != charge.amount.currency:
        return None
    submission = _submission(charge.charge_id)
    db.session.execute(
        postgresql.insert(Donation)
        .values(
            reference=secrets.token_hex(12),
            appeal_id=_appeal_of(charge, plan),
            plan_id=plan.id,
            amount_minor=charge.amount.minor,
            currency=charge.amount.currency,
            state=PLEDGED,
            pledged_at=charge.created_at,
            name=plan.name,
            email=plan.email,
            address=plan.address,
            postcode=plan.postcode,
            message=plan.message,
            name_may_be_shown=plan.name_may_be_shown,
            submission=submission,
            checkout_key=secrets.token_hex(16),
        )
        .on_conflict_do_nothing(index_elements=["submission"])
    )
    return db.session.scalar(select(Donation.reference).where(Donation.submission == submission))


def _appeal_of(charge: Charge, plan: Plan) -> int:
    """The appeal that a payment is for, as its invoice says: one that was under way when the plan was moved stays with
    the appeal of before. An invoice that names none is older than every move."""
    return planning.named_appeal(charge.appeal, plan) or plan.begun_for_id or plan.appeal_id


def known(charge_id: str) -> str | None:
    """The reference of the donation that a plan's charge has been made into before, if it has."""
    return db.session.scalar(select(Donation.reference).where(Donation.submission == _submission(charge_id)))


def _submission(charge_id: str) -> str:
    return hashlib.sha256(f"charge|{charge_id}".encode()).hexdigest()


def find_plan(reference: str) -> Plan | None:
    """The monthly plan with this reference."""
    return db.session.scalars(select(Plan).where(Plan.reference == reference)).one_or_none()


def plan_of(donation_id: int) -> Plan | None:
    """The plan that a gift is a payment of."""
    return db.session.scalar(select(Plan).join(Donation, Donation.plan_id == Plan.id).where(Donation.id == donation_id))


def first_payment(of: Plan) -> Donation | None:
    """The first payment of a plan that has come."""
    came = select(Donation).where(Donation.plan_id == of.id, Donation.state == RECEIVED)
    return db.session.scalars(came.order_by(Donation.received_at).limit(1)).first()


def payment_on_its_way(of: Plan) -> Donation | None:
    """The latest payment of a plan that the donor's bank has been asked for, where that takes days."""
    debits = select(Donation).where(Donation.plan_id == of.id, Donation.state == ON_ITS_WAY)
    return db.session.scalars(debits.order_by(Donation.id.desc()).limit(1)).first()
