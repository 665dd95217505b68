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
    given = select(
        gift.c.head,
        gift.c.currency,
        func.count().label("gifts"),
        func.sum(gift.c.amount_minor).label("came"),
        func.sum(gift.c.net_amount).label("left"),
        func.min(gift.c.received_at).label("first"),
        func.max(gift.c.received_at).label("last"),
    ).group_by(gift.c.head, gift.c.currency)
    of_each = given.subquery()
    totals = (
        select(of_each.c.currency, func.count(), func.sum(of_each.c.came), func.sum(of_each.c.left))
        .group_by(of_each.c.currency)
        .order_by(of_each.c.currency)
    )
    sums = connection.execute(totals).all()
    control = [
        [
            "Control total",
            currency.upper(),
            f"{donors} donors",
            f"given {amount(int(came), currency)}",
            f"kept {amount(int(left), currency)}",
        ]
        for currency, donors, came, left in sums
    ]
    # Whoever gave in two currencies has two rows: so many at most, and so many exactly where there is one currency.
    heads = connection.execute(select(func.count()).select_from(Donor).where(*search.conditions(wanted))).scalar_one()
    in_more = sum(sorted(donors for _, donors, *_ in sums)[:-1])
    return Table(
        name="donors",
        columns=_COLUMNS,
        rows=_rows(connection, wanted, given.order_by(gift.c.head, gift.c.currency)),
        count=heads + in_more,
        amounts=frozenset([8, 9]),
        days=frozenset([5]),
        control=control,
    )


def _rows(connection: Connection, wanted: DonorFilter, given: Select[Any]) -> Iterator[tuple[str | int, ...]]:
    """Donors and what each gave are read side by side in the same order: joined, SQLite would look through all that was
    given for each donor."""
    donors = select(Donor.id, Donor.reference, Donor.name, Donor.email, Donor.address, Donor.postcode, Donor.created_at)
    sums = iter(connection.execute(given))
    ahead = next(sums, None)
    for head, reference, *who, since in connection.execute(donors.where(*search.conditions(wanted)).order_by(Donor.id)):
        said = [guarded(" ".join((each or "").split())) for each in who]
        begins = (reference, *said, clock.local_day(since).isoformat())
        if ahead is None or ahead.head != head:
            yield (*begins, "", 0, "", "", "", "")
        while ahead is not None and ahead.head == head:
            yield (
                *begins,
                ahead.currency,
                ahead.gifts,
                amount(int(ahead.came), ahead.currency),
                amount(int(ahead.left), ahead.currency),
                clock.local_day(ahead.first).isoformat(),
                clock.local_day(ahead.last).isoformat(),
            )
            ahead = next(sums, None)
