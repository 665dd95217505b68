"""Personal data: everything that is about one person, found from a reference or from their email address."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from app.database import db
from app.donations.disputes import Dispute
from app.donations.donation import Donation
from app.donations.plans.plan import Plan
from app.donations.refunds import DonationRefund
from app.donors import merging, search_keys
from app.donors.donor import Donor
from app.subject import Subject


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What one person has with us: their rows as a donor, their gifts, monthly plans, and what became of the gifts."""

    donors: list[Donor]
    donations: list[Donation]
    plans: list[Plan]
    refunds: list[DonationRefund]
    disputes: list[Dispute]

    def pledges(self) -> list[Donation | Plan]:
        """Their gifts and plans, which both hold what was typed into the form."""
        return [*self.donations, *self.plans]

    def subjects(self) -> Iterator[Subject]:
        """What they are called in the books, the notes and the audit trail."""
        yield from (Subject("donation", each.reference) for each in self.donations)
        yield from (Subject("plan", each.reference) for each in self.plans)
        yield from (Subject("donor", each.reference) for each in self.donors)

    def names(self) -> Iterator[str]:
        """Everything by which an event at Stripe can be about them."""
        for each in self.pledges():
            yield from (each.reference, each.checkout_session_id or "", each.email or "")
        yield from (each.charge_id or "" for each in self.donations)
        for plan in self.plans:
            yield from (plan.subscription_id or "", plan.customer_id or "")
        yield from (each.refund_id or "" for each in self.refunds)
        yield from (each.dispute_id for each in self.disputes)


def find(who: str) -> PersonalData | None:
    """Everything of the person whom a reference (of a gift, a plan or a donor) or an email address names."""
    who = who.strip()
    gift = db.session.scalars(select(Donation).where(Donation.reference == who)).one_or_none()
    plan = db.session.scalars(select(Plan).where(Plan.reference == who)).one_or_none()
    donor = db.session.scalars(select(Donor).where(Donor.reference == who)).one_or_none()
    named = search_keys.email_key(who) if "@" in who else None
    keys = {named, gift and gift.email_key, plan and search_keys.email_key(plan.email), donor and donor.email_key}
    found = _of({key for key in keys if key}, {donor.id} if donor else set(), gift, plan)
    return found if any((found.donors, found.donations, found.plans)) else None


def _of(keys: set[str], ids: set[int], gift: Donation | None, plan: Plan | None) -> PersonalData:
    """What belongs to these addresses and donors, and to whoever is one person with them."""
    ids |= {gift.donor_id} if gift and gift.donor_id else set()
    ids = merging.everyone(ids | set(db.session.scalars(select(Donor.id).where(Donor.email_key.in_(keys)))))
    donors = list(db.session.scalars(select(Donor).where(Donor.id.in_(ids)).order_by(Donor.id)))
    keys |= {each.email_key for each in donors if each.email_key}
    theirs = Donation.email_key.in_(keys) | Donation.donor_id.in_(ids)
    donations = list(db.session.scalars(select(Donation).where(theirs).order_by(Donation.id)))
    donations += [gift] if gift and gift not in donations else []
    plan_ids = {each.plan_id for each in donations} | ({plan.id} if plan else set())
    plans = list(
        db.session.scalars(
            select(Plan).where(func.lower(Plan.email).in_(keys) | Plan.id.in_(plan_ids)).order_by(Plan.id)
        )
    )
    charges = [each.charge_id for each in donations if each.charge_id]
    return PersonalData(
        donors,
        donations,
        plans,
        list(db.session.scalars(select(DonationRefund).where(DonationRefund.charge_id.in_(charges)))),
        list(db.session.scalars(select(Dispute).where(Dispute.charge_id.in_(charges)))),
    )
