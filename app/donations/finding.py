"""Looking gifts up by what names them: their reference, their form, their plan."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.donations.donation import ON_ITS_WAY, RECEIVED, Donation
from app.donations.plans.plan import Plan
from app.extensions import db


def gift(reference: str) -> Donation | None:
    """The gift with this reference."""
    return db.session.scalars(select(Donation).where(Donation.reference == reference)).one_or_none()


def gifts(references: Collection[str]) -> Sequence[Donation]:
    """The gifts with these references, in the order in which they were pledged."""
    return db.session.scalars(select(Donation).where(Donation.reference.in_(references)).order_by(Donation.id)).all()


def by_id(ids: Collection[int], branch_id: int | None = None) -> Sequence[Donation]:
    """The gifts with these ids, in the order in which they were pledged; with a branch only its own."""
    wanted = select(Donation).where(Donation.id.in_(ids)).order_by(Donation.id)
    if branch_id is not None:
        wanted = wanted.where(Donation.branch_id == branch_id)
    return db.session.scalars(wanted).all()


def names(references: Collection[str | None]) -> dict[str, str | None]:
    """Who gave the gifts with these references."""
    named = select(Donation.reference, Donation.name).where(Donation.reference.in_(references))
    return {row.reference: row.name for row in db.session.execute(named)}


def of_submissions(marks: Collection[str]) -> set[str]:
    """The references of the gifts that were made by these forms (`app.offline.gifts.mark_of`)."""
    return set(db.session.scalars(select(Donation.reference).where(Donation.submission.in_(marks))))


def plan(reference: str) -> Plan | None:
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
