"""Taking out the donors who were looked for: the same list as on the page, with what each gave, as a table."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, func, select

from app import clock
from app.donations.donors import search
from app.donations.donors.search import DonorFilter
from app.donors.donor import Donor
from app.ledger.exports.tables import Table, amount, guarded

FORMATS = ("xlsx", "csv")

_COLUMNS = (
    "reference",
    "name",
    "email",
    "address",
    "postcode",
    "known_since",
    "currency",
    "gifts",
    "amount",
    "kept",
    "first_gift",
    "last_gift",
)


def table(connection: Connection, wanted: DonorFilter) -> Table:
    """A row for each donor and each currency that they gave in, in the order in which they became known; those who
    gave nothing yet have one row. All of it is read from one snapshot."""
    gift = search.gifts_of(search.family(wanted)).subquery()
    given = (
        select(
            gift.c.head,
            gift.c.currency,
            func.count().label("gifts"),
            func.sum(gift.c.amount_minor).label("came"),
            func.sum(gift.c.net_amount).label("left"),
            func.min(gift.c.received_at).label("first"),
            func.max(gift.c.received_at).label("last"),
        )
        .group_by(gift.c.head, gift.c.currency)
        .subquery()
    )
    rows = (
        select(
            Donor.reference,
            Donor.name,
            Donor.email,
            Donor.address,
            Donor.postcode,
            Donor.created_at,
            given.c.currency,
            given.c.gifts,
            given.c.came,
            given.c.left,
            given.c.first,
            given.c.last,
        )
        .outerjoin(given, given.c.head == Donor.id)
        .where(*search.conditions(wanted))
    )
    totals = (
        select(given.c.currency, func.count(), func.sum(given.c.came), func.sum(given.c.left))
        .where(given.c.currency.is_not(None))
        .group_by(given.c.currency)
        .order_by(given.c.currency)
    )
    control = [
        [
            "Control total",
            currency.upper(),
            f"{donors} donors",
            f"given {amount(int(came), currency)}",
            f"kept {amount(int(left), currency)}",
        ]
        for currency, donors, came, left in connection.execute(totals)
    ]
    count = connection.execute(select(func.count()).select_from(rows.subquery())).scalar_one()
    return Table(
        name="donors",
        columns=_COLUMNS,
        rows=_rows(connection, rows.order_by(Donor.id, given.c.currency)),
        count=count,
        amounts=frozenset([8, 9]),
        days=frozenset([5]),
        control=control,
    )


def _rows(connection: Connection, found: Select[Any]) -> Iterator[tuple[str | int, ...]]:
    for (
        reference,
        name,
        email,
        address,
        postcode,
        since,
        currency,
        gifts,
        came,
        left,
        first,
        last,
    ) in connection.execute(found):
        yield (
            reference,
            *(guarded(" ".join((each or "").split())) for each in (name, email, address, postcode)),
            clock.local_day(since).isoformat(),
            currency or "",
            gifts or 0,
            "" if currency is None else amount(int(came), currency),
            "" if currency is None else amount(int(left), currency),
            "" if first is None else clock.local_day(first).isoformat(),
            "" if last is None else clock.local_day(last).isoformat(),
        )
