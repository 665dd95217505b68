"""What gifts are searched by, and the conditions in which both databases find it in their indexes."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, literal_column, select

from app import clock
from app.appeals.appeal import Appeal
from app.donations import name_words
from app.donations.donation import CARD, METHODS, RECEIVED, Donation
from app.donors import search_keys
from app.money import Money

NOT_RECEIVED = ("pledged", "on-its-way", "failed", "abandoned")

NEWEST, OLDEST, LARGEST, SMALLEST = "newest", "oldest", "largest", "smallest"
ORDERS = (NEWEST, OLDEST, LARGEST, SMALLEST)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which gifts: all that fit every part that is given. `words` is a reference, an e-mail address, the last four
    digits of a card, or words of a name or their beginnings; `state` is one of a gift's, or empty for all; `first`
    and `last` are local days; `branch_id` says of which branch, `donor_ids` of whom. `order` is one of
    `ORDERS`, or empty for the one that suits what is looked for."""

    words: str = ""
    state: str = RECEIVED
    method: str = ""
    appeal: str = ""
    branch_id: int | None = None
    first: date | None = None
    last: date | None = None
    at_least: Money | None = None
    at_most: Money | None = None
    donor_ids: frozenset[int] | None = None
    order: str = ""

    @property
    def by_day(self) -> bool:
        """Whether the days on which they came put them in order; else something else narrows them more."""
        narrower = self.words or self.donor_ids is not None or self.branch_id is not None
        return self.state == RECEIVED and self.method in ("", CARD) and not narrower


def kind_of(words: str) -> str:
    """What was typed into the one field that finds everything: a reference, a card's digits, an address, a name."""
    if re.fullmatch(r"[0-9a-f]{24}", words):
        return "reference"
    if re.fullmatch(r"[0-9]{4}", words):
        return "card"
    return "email" if "@" in words else "name"


def conditions(wanted: Wanted, *, along: bool = False) -> list[ColumnElement[bool]]:
    """What must be so of the gifts that are wanted; `along` as in `name_words.has_name`."""
    given: list[ColumnElement[bool]] = []
    if wanted.words:
        given.append(_says(wanted.words, along))
    # SQLite knows that an index of some rows will do only when the condition stands there as it does in the index.
    if wanted.state == RECEIVED:
        given.append(Donation.received_at.is_not(None))
    if wanted.state in NOT_RECEIVED:
        given += [Donation.state != literal_column("'received'"), Donation.state == wanted.state]
    if wanted.method in METHODS:
        given.append(Donation.method == wanted.method)
        given += [Donation.method != literal_column("'card'")] if wanted.method != CARD else []
    if wanted.appeal:
        given.append(Donation.appeal_id == select(Appeal.id).where(Appeal.reference == wanted.appeal).scalar_subquery())
    if wanted.branch_id is not None:
        given.append(Donation.branch_id == wanted.branch_id)
    if wanted.donor_ids is not None:
        given.append(Donation.donor_id.in_(wanted.donor_ids))
    return given + _between(wanted)


def _between(wanted: Wanted) -> list[ColumnElement[bool]]:
    given: list[ColumnElement[bool]] = []
    if wanted.first is not None:
        given.append(Donation.received_at >= _begin(wanted.first))
    if wanted.last is not None and wanted.last < date.max:
        given.append(Donation.received_at < _begin(wanted.last + timedelta(days=1)))
    for bound in (wanted.at_least, wanted.at_most):
        given += [Donation.currency == bound.currency] if bound is not None else []
    if wanted.at_least is not None and wanted.at_least == wanted.at_most:
        return [*given, Donation.amount_minor == wanted.at_least.minor]
    if wanted.at_least is not None:
        given.append(Donation.amount_minor >= wanted.at_least.minor)
    if wanted.at_most is not None:
        given.append(Donation.amount_minor <= wanted.at_most.minor)
    return given


def _says(words: str, along: bool) -> ColumnElement[bool]:
    match kind_of(words):
        case "reference":
            return Donation.reference == words
        case "card":
            return Donation.card_last4 == words
        case "email":
            return Donation.email_key == search_keys.email_key(words)
    return name_words.has_name(Donation.name_key, words, along=along)


def _begin(day: date) -> datetime:
    """The instant at which a local day begins."""
    return datetime.combine(day, datetime.min.time(), clock.local_zone())
