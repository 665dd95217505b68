"""Knowing who gave: which donors a name may mean, and a donor for somebody who left no email address."""

from collections.abc import Sequence

from sqlalchemy import select

from app.database import db
from app.donations.donation import BANK_TRANSFER, STANDING_ORDER, Donation
from app.donors import merging, name_words, search_keys
from app.donors.donor import Donor

_MOST = 8


def may_be(name: str, *, branch_id: int | None = None) -> Sequence[Donor]:
    """The donors whose name has every word of this one, those with the very same name first; at most eight. With a
    branch only those who have given to it, because nobody else's names are a branch's business."""
    found = select(Donor).where(Donor.merged_into_id.is_(None), name_words.has_name(Donor.name_key, name))
    if branch_id is not None:
        theirs = select(Donation.id).where(Donation.donor_id == Donor.id, Donation.branch_id == branch_id)
        found = found.where(theirs.exists())
    same = Donor.name_key == search_keys.name_key(name)
    return db.session.scalars(found.order_by(same.desc(), Donor.name_key, Donor.id).limit(_MOST)).all()


def find(reference: str) -> Donor | None:
    """The donor with this reference, or whom that one is a part of; nobody who was erased."""
    found = db.session.scalars(select(Donor).where(Donor.reference == reference)).one_or_none()
    head = None if found is None else merging.head_of(found)
    return None if head is None or head.erased_at is not None else head


def new(name: str, *, address: str = "", postcode: str = "") -> Donor:
    """A donor who is known by name alone; the caller commits."""
    donor = Donor(name=name, address=address or None, postcode=postcode or None)
    db.session.add(donor)
    db.session.flush()
    return donor


def of_account(name: str) -> Donor:
    """The donor whose account pays under this name: the one who has paid by bank under it before, if that is one alone,
    else a new one. The caller commits."""
    by_bank = select(Donation.id).where(
        Donation.donor_id == Donor.id,
        Donation.name_key == search_keys.name_key(name),
        Donation.method.in_((BANK_TRANSFER, STANDING_ORDER)),
    )
    known = db.session.scalars(
        select(Donor).where(Donor.name_key == search_keys.name_key(name), by_bank.exists()).order_by(Donor.id).limit(2)
    ).all()
    return known[0] if len(known) == 1 else new(name)
