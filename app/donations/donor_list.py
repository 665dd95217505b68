"""Donors in a list: found by address or by any word of their name, a page at a time by keyset."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, literal, select, tuple_

from app.donations import kept, name_words
from app.donations.donation import RECEIVED, Donation
from app.donors import merging, search_keys
from app.donors.donor import Donor
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
    along = by_name and name_words.is_common(words)
    conditions = [Donor.merged_into_id.is_(None), *_says(words, along)]
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


@dataclass(frozen=True, slots=True)
class Given:
    """What one donor gave in one currency: what came, what is kept of it, and of how many gifts something is kept."""

    came: Money
    kept: Money
    gifts: int


def given(donor: Donor) -> list[Given]:
    """What a donor has given in each currency, with all who are one person with them."""
    head = merging.head_of(donor).id
    return given_by([head]).get(head, [])


def given_by(heads: Sequence[int]) -> dict[int, list[Given]]:
    """The same of several donors at once, by the donors' ids; each with all who were merged into them."""
    family = merging.families(heads)
    gift = (
        select(Donation.donor_id, Donation.currency, Donation.amount_minor, kept.minor().label("kept"))
        .where(Donation.donor_id.in_(family), Donation.state == RECEIVED)
        .subquery()
    )
    counted = func.sum(case((gift.c.kept > 0, 1), else_=0))
    rows = db.session.execute(
        select(gift.c.donor_id, gift.c.currency, func.sum(gift.c.amount_minor), func.sum(gift.c.kept), counted)
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
            else Given(so_far.came + more.came, so_far.kept + more.kept, so_far.gifts + more.gifts)
        )
    return {who: [theirs[currency] for currency in sorted(theirs)] for who, theirs in sums.items()}


def _says(words: str, along: bool) -> list[ColumnElement[bool]]:
    if not words:
        return []
    if "@" in words:
        return [Donor.email_key == search_keys.email_key(words)]
    return [name_words.has_name(Donor.name_key, words, along=along)]
