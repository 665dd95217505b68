"""Donors in a list: found by address or by any word of their name, a page at a time by keyset."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal, select, tuple_

from app.donations import merging, name_words, searching
from app.donations.donation import RECEIVED, Donation
from app.donations.donor import Donor
from app.extensions import db
from app.money import Money

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A page of donors, and from which donor (their reference) the pages on both sides go on."""

    donors: Sequence[Donor]
    newer: str | None
    older: str | None


def page(words: str, *, older: str | None = None, newer: str | None = None) -> Page:
    """The donors whom `words` find (all of them without), in the order of their names or, without words, newest first;
    those who are part of another are shown there."""
    by_name = bool(words) and "@" not in words
    columns = (Donor.name_key, Donor.id) if by_name else (Donor.id,)
    down, backwards = not by_name, newer is not None
    conditions = [Donor.merged_into_id.is_(None), *_says(words)]
    at = db.session.execute(select(*columns).where(Donor.reference == (newer or older or ""))).first()
    if at is not None and None not in at:
        here, there = tuple_(*columns), tuple_(*map(literal, at))
        conditions.append(here < there if down is not backwards else here > there)
    order = [column.desc() if down is not backwards else column for column in columns]
    found = list(db.session.scalars(select(Donor).where(*conditions).order_by(*order).limit(PAGE + 1)))
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    if not found:
        return Page([], None, None)
    ahead, behind = (at is not None, more) if not backwards else (more, True)
    return Page(found, found[0].reference if ahead else None, found[-1].reference if behind else None)


def given(donor: Donor) -> list[tuple[Money, int]]:
    """What a donor has given in each currency, and in how many gifts."""
    rows = db.session.execute(
        select(Donation.currency, func.sum(Donation.amount_minor), func.count())
        .where(Donation.donor_id.in_(merging.everyone([donor.id])), Donation.state == RECEIVED)
        .group_by(Donation.currency)
        .order_by(Donation.currency)
    )
    return [(Money(int(minor), currency), count) for currency, minor, count in rows]


def _says(words: str) -> list[ColumnElement[bool]]:
    if not words:
        return []
    if "@" in words:
        return [Donor.email_key == searching.email_key(words)]
    return [name_words.has_name(Donor.name_key, words)]
