"""Details: who a donor is and where letters go, corrected for the donor, their gifts and their plans at once."""

from dataclasses import asdict, dataclass

from sqlalchemy import select, update

from app.donations.donation import Donation
from app.donations.plan import Plan
from app.donors import merging, search_keys
from app.donors.donor import Donor
from app.errors import DomainError
from app.extensions import db


class AddressTaken(DomainError):
    """Another donor has this e-mail address: the two may be one person, and can be merged."""


@dataclass(frozen=True, slots=True)
class Details:
    """A donor's details; nothing for what is not known."""

    name: str | None
    email: str | None
    address: str | None
    postcode: str | None


def of(donor: Donor) -> Details:
    """The details as they are."""
    return Details(donor.name, donor.email, donor.address, donor.postcode)


def correct(donor: Donor, now: Details) -> None:
    """Write down corrected details. Letters and receipts that are made from now on use them, and the gifts are found by
    them; receipts that were issued stay as they are. The caller commits. Raises `AddressTaken`."""
    key = search_keys.email_key(now.email)
    everyone = merging.everyone([donor.id])
    if key and db.session.scalar(select(Donor.id).where(Donor.email_key == key, Donor.id.not_in(everyone))) is not None:
        raise AddressTaken("another donor has this e-mail address")
    of_another_part = select(Donor.id).where(Donor.email_key == key, Donor.id != donor.id)
    keys = {"name_key": search_keys.name_key(now.name), "email_key": key}
    theirs = Donation.donor_id.in_(everyone)
    plans = select(Donation.plan_id).where(theirs, Donation.plan_id.is_not(None))
    db.session.execute(update(Plan).where(Plan.id.in_(plans)).values(**asdict(now)))
    db.session.execute(update(Donation).where(theirs).values(**asdict(now), **keys))
    for name, value in asdict(now).items():
        setattr(donor, name, value)
    donor.name_key = keys["name_key"]
    # Two rows of one person may share an address; only one of them can be found by it.
    if key is None or db.session.scalar(of_another_part) is None:
        donor.email_key = key
    db.session.flush()
