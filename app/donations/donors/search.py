"""Finding donors: by address or by any part of their name, in several orders, a page at a time by keyset; and what they
gave together, those who are one person with them included.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, case, func, select

from app import paging
from app.database import db
from app.donations import refunds
from app.donations.donation import RECEIVED, Donation
from app.donations.donors import donor_list
from app.donations.donors.donor_list import Given
from app.donors import name_words, search_keys
from app.donors.donor import Donor
from app.money import Money, home_currency
from app.paging import Order, Page

NEWEST, OLDEST, A_TO_Z, Z_TO_A = "newest", "oldest", "a-z", "z-a"
MOST, LEAST = "most", "least"
ORDERS = (NEWEST, OLDEST, A_TO_Z, Z_TO_A, MOST, LEAST)

# So many donors are added up, and put in order of what they gave, for everybody who looks.
_AT_A_GLANCE = 1000


@dataclass(frozen=True)
class DonorFilter:
    """Which donors: those whom `words` find, an email address or parts of a name; all of them without. `order` is one
    of `ORDERS`, or empty for the one that suits. Those who are part of another are found as that one."""

    words: str = ""
    order: str = ""

    @property
    def by_name(self) -> bool:
        """Whether a name is looked for."""
        return bool(self.words) and "@" not in self.words

    @cached_property
    def names(self) -> list[str] | None:
        """The names that are looked for, looked up once; nothing where they are many, or none are looked for."""
        return name_words.few(self.words) if self.by_name else None


def conditions(wanted: DonorFilter, *, along: bool = False) -> list[ColumnElement[bool]]:
    """What must be so of the donors who are wanted; `along` as in `name_words.has_name`."""
    shown = Donor.merged_into_id.is_(None)
    if not wanted.words:
        return [shown]
    if not wanted.by_name:
        return [shown, Donor.email_key == search_keys.email_key(wanted.words)]
    return [shown, name_words.has_name(Donor.name_key, wanted.words, along=along, names=wanted.names)]


def order_of(wanted: DonorFilter) -> str:
    """The order in which the donors come: the one that was asked for, where it can be had, or the one that suits."""
    if wanted.order and (wanted.order not in (MOST, LEAST) or are_few(wanted)):
        return wanted.order
    return A_TO_Z if wanted.by_name else NEWEST


def are_few(wanted: DonorFilter) -> bool:
    """Whether the donors who are wanted can be added up at a glance."""
    return _few(wanted) is not None


def _few(wanted: DonorFilter) -> list[Donor] | None:
    """The donors who are wanted, the latest first; nothing where they are more than can be added up at a glance."""
    if wanted.by_name and wanted.names is None:
        return None
    some = select(Donor).where(*conditions(wanted)).order_by(Donor.id.desc()).limit(_AT_A_GLANCE + 1)
    donors = list(db.session.scalars(some))
    return donors if len(donors) <= _AT_A_GLANCE else None


def page(wanted: DonorFilter, *, older: str | None = None, newer: str | None = None) -> Page[Donor]:
    """One page: the first, or the one beyond the donor of reference `older`, or before the one of `newer`."""
    order = order_of(wanted)
    if order in (MOST, LEAST):
        return _by_what_they_gave(wanted, older, newer, down=order == MOST)
    if order in (A_TO_Z, Z_TO_A):
        # Whoever is found by a name has one.
        along = Order(Donor.name_key, Donor.id, down=order == Z_TO_A, may_lack=not wanted.by_name)
    else:
        along = Order(Donor.id, down=order == NEWEST)
    shown = select(Donor).where(*conditions(wanted, along=True))
    return paging.page(shown, along, Donor.reference, older=older, newer=newer)


def _by_what_they_gave(wanted: DonorFilter, older: str | None, newer: str | None, *, down: bool) -> Page[Donor]:
    """The same of few donors, who are put in order here: what they gave stands in no index."""
    donors = _few(wanted) or []
    given = donor_list.given_by([each.id for each in donors])
    home = home_currency()

    def net_amounts(donor: Donor) -> tuple[int, int]:
        sums = {each.net_amount.currency: each.net_amount.minor for each in given.get(donor.id, [])}
        return sums.pop(home, 0), sum(sums.values())

    donors.sort(key=net_amounts, reverse=down)
    places = {each.reference: place for place, each in enumerate(donors)}
    if newer in places:
        end = places[newer or ""]
        begin = max(0, end - paging.PAGE)
    else:
        begin = places.get(older or "", -1) + 1
        end = min(len(donors), begin + paging.PAGE)
    shown = donors[begin:end]
    return Page(
        shown,
        shown[0].reference if shown and begin > 0 else None,
        shown[-1].reference if shown and end < len(donors) else None,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """How many donors were found, and what they gave together in each currency."""

    donors: int
    given: list[Given]


def sums(wanted: DonorFilter, *, all_of_them: bool = False) -> Found | None:
    """What was found comes to; nothing when it is more than can be added up at a glance and was not asked for with
    `all_of_them`."""
    few = _few(wanted)
    if few is not None:
        return Found(len(few), _together(donor_list.given_by([each.id for each in few])))
    if not all_of_them:
        return None
    number = db.session.scalar(select(func.count()).select_from(Donor).where(*conditions(wanted))) or 0
    gift = gifts_of(family(wanted)).subquery()
    counted = func.sum(case((gift.c.net_amount > 0, 1), else_=0))
    rows = db.session.execute(
        select(gift.c.currency, func.sum(gift.c.amount_minor), func.sum(gift.c.net_amount), counted)
        .group_by(gift.c.currency)
        .order_by(gift.c.currency)
    )
    return Found(
        number, [Given(Money(int(came), each), Money(int(left), each), int(n)) for each, came, left, n in rows]
    )


def _together(given: dict[int, list[Given]]) -> list[Given]:
    sums: dict[str, Given] = {}
    for each in (each for theirs in given.values() for each in theirs):
        so_far = sums.get(each.came.currency)
        if so_far is not None:
            each = Given(so_far.came + each.came, so_far.net_amount + each.net_amount, so_far.gifts + each.gifts)
        sums[each.came.currency] = each
    return [sums[currency] for currency in sorted(sums)]


def family(wanted: DonorFilter) -> CTE:
    """Everybody who is shown as one of the donors who are wanted (`head`): these and who was merged into them."""
    heads = select(Donor.id.label("head"), Donor.id.label("member")).where(*conditions(wanted))
    found = heads.cte("family", recursive=True)
    part = select(found.c.head, Donor.id).join(found, Donor.merged_into_id == found.c.member)
    return found.union_all(part)


def gifts_of(of: CTE) -> Select[Any]:
    """The received gifts of a family: whose head's (`head`), of what currency and amount, what is kept of each
    (`net_amount`), and when it came (`received_at`)."""
    return (
        select(
            of.c.head,
            Donation.currency,
            Donation.amount_minor,
            refunds.net_minor().label("net_amount"),
            Donation.received_at,
        )
        .join_from(of, Donation, Donation.donor_id == of.c.member)
        .where(Donation.state == RECEIVED)
    )
