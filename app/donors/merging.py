"""Merging: two donors who turn out to be one. Nothing is moved, so it can be taken apart again."""

from collections.abc import Collection

from sqlalchemy import select

from app.database import db, read_locked
from app.donors.donor import Donor
from app.errors import DomainError


class NotTheseTwo(DomainError):
    """These two cannot be merged: they are one already, or one of them was erased."""


class NotMerged(DomainError):
    """This donor is not part of another."""


def merge(donor: Donor, other: Donor) -> None:
    """Make `other` a part of `donor`: from now on they are shown as one donor, under the details of `donor`. The caller
    commits. Raises `NotTheseTwo`."""
    # Two merges at once, each the other way round, would make a ring without a head.
    family = select(Donor).where(Donor.id.in_(everyone({donor.id, other.id}))).order_by(Donor.id)
    read_locked(family).all()
    if donor.erased_at or other.erased_at or other.merged_into_id is not None or head_of(donor).id == other.id:
        raise NotTheseTwo("these two cannot be merged: they are one already, or one of them was erased")
    other.merged_into_id = head_of(donor).id
    db.session.flush()


def unmerge(part: Donor) -> None:
    """Let a donor stand alone again, with whoever had been merged into them before. The caller commits. Raises
    `NotMerged`."""
    if part.merged_into_id is None:
        raise NotMerged("this donor is not part of another")
    part.merged_into_id = None
    db.session.flush()


def head_of(donor: Donor) -> Donor:
    """The donor that this one is shown as."""
    while donor.merged_into_id is not None:
        donor = db.session.get_one(Donor, donor.merged_into_id)
    return donor


def everyone(ids: Collection[int]) -> set[int]:
    """These donors with all that are one person with them, merged into them or they into others."""
    found, new = set(ids), set(ids)
    while new:
        parts = db.session.scalars(select(Donor.id).where(Donor.merged_into_id.in_(new)))
        heads = db.session.scalars(
            select(Donor.merged_into_id).where(Donor.id.in_(new), Donor.merged_into_id.is_not(None))
        )
        new = {each for each in (*parts, *heads) if each is not None} - found
        found |= new
    return found


def families(heads: Collection[int]) -> dict[int, int]:
    """Everybody who is shown as one of these donors: whose row, and which of the heads it belongs to."""
    found = {head: head for head in heads}
    new = dict(found)
    while new:
        parts = select(Donor.id, Donor.merged_into_id).where(Donor.merged_into_id.in_(new))
        new = {part: found[into] for part, into in db.session.execute(parts) if into is not None and part not in found}
        found |= new
    return found
