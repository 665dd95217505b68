"""What donors have given, with all who are one person with them.

Details: who a donor is and where emails go, corrected for the donor, their gifts and their plans at once.

Attaching: received gifts get the donor who gave them. The same email address is the same donor.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects import postgresql

from app.database import db
from app.donations import refunds
from app.donations.donation import RECEIVED, Donation
from app.donations.plans.plan import Plan
from app.donors import merging, search_keys
from app.donors.donor import Donor
from app.errors import DomainError
from app.money import Money


@dataclass(frozen=True, slots=True)
class Given:
    """What one donor gave in one currency: what came, what is kept of it, and of how many gifts something is kept."""

    came: Money
    net_amount: Money
    gifts: int


def given(donor: Donor) -> list[Given]:
    """What a donor has given in each currency, with all who are one person with them."""
    head = merging.head_of(donor).id
    return given_by([head]).get(head, [])


def given_by(heads: Sequence[int]) -> dict[int, list[Given]]:
    """The same of several donors at once, by the donors' ids; each with all who were merged into them."""
    family = merging.families(heads)
    gift = (
        select(Donation.donor_id, Donation.currency, Donation.amount_minor, refunds.net_minor().label("net_amount"))
        .where(Donation.donor_id.in_(family), Donation.state == RECEIVED)
        .subquery()
    )
    counted = func.sum(case((gift.c.net_amount > 0, 1), else_=0))
    rows = db.session.execute(
        select(gift.c.donor_id, gift.c.currency, func.sum(gift.c.amount_minor), func.sum(gift.c.net_amount), counted)
        .group_by(gift.c.donor_id, gift.c.currency)
        .order_by(gift.c.currency)
    )
    sums: dict[int, dict[str, Given]] = {}
    for who, currency, came, left, number in rows:
        theirs = sums.setdefault(family[who], {})
        more = Given(Money(int(came), currency), Money(int(left), currency), int(number))
        so_far = theirs.get(currency)
        theirs[currency] = (
            more
            if so_far is None
            else Given(so_far.came + more.came, so_far.net_amount + more.net_amount, so_far.gifts + more.gifts)
        )
    return {who: [theirs[currency] for currency in sorted(theirs)] for who, theirs in sums.items()}


class AddressTaken(DomainError):
    """Another donor has this email address: the two may be one person, and can be merged."""


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
    """Write down corrected details. Emails and receipts that are made from now on use them, and the gifts are found by
    them; receipts that were issued stay as they are. The caller commits. Raises `AddressTaken`."""
    key = search_keys.email_key(now.email)
    everyone = merging.everyone([donor.id])
    if key and db.session.scalar(select(Donor.id).where(Donor.email_key == key, Donor.id.not_in(everyone))) is not None:
        raise AddressTaken("another donor has this email address")
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


_A_RUN = 200


def attach(most: int = _A_RUN) -> int:
    """Give donors to the oldest gifts without one, at most `most`; to how many. The caller commits.

    A donor whom nobody knew begins with the details of their first gift. A gift that came without an address stays
    without a donor until somebody says whose it is.
    """
    without = Donation.donor_id.is_(None) & (Donation.state == RECEIVED) & Donation.email_key.is_not(None)
    gifts = db.session.execute(
        select(Donation.id, Donation.email_key, Donation.name, Donation.email, Donation.address, Donation.postcode)
        .where(without)
        .order_by(Donation.id)
        .limit(most)
    ).all()
    first: dict[str, dict[str, str | None]] = {}
    for gift in gifts:
        details = {"name": gift.name, "email": gift.email, "address": gift.address, "postcode": gift.postcode}
        first.setdefault(gift.email_key, details)
    known = _known(first)
    new = [details for key, details in first.items() if key not in known]
    if new:
        db.session.execute(postgresql.insert(Donor).on_conflict_do_nothing(index_elements=["email_key"]), new)
        known = _known(first)
    for gift in gifts:
        db.session.execute(update(Donation).where(Donation.id == gift.id).values(donor_id=known[gift.email_key]))
    return len(gifts)


def _known(keys: dict[str, dict[str, str | None]]) -> dict[str, int]:
    rows = db.session.execute(select(Donor.email_key, Donor.id).where(Donor.email_key.in_(keys)))
    return {row.email_key: row.id for row in rows}
