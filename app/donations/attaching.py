"""Attaching: received gifts get the donor who gave them. The same e-mail address is the same donor."""

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql

from app.donations.donation import RECEIVED, Donation
from app.donors.donor import Donor
from app.extensions import db

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
