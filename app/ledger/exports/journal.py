"""The journal: whole entries one after the other, and what the accounts held at the turns of months."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, func, select

from app.ledger.balances import DailyBalance
from app.ledger.exports import selection
from app.ledger.exports.selection import Moved, Selection

_DAYS: Any = DailyBalance.__table__


@dataclass(frozen=True, slots=True)
class Posting:
    """One end of a transfer: positive where the amount came to the account."""

    account_id: int
    minor: int
    currency: str


def entries(connection: Connection, chosen: Selection) -> Iterator[tuple[Moved, list[Posting]]]:
    """Each entry that touches a chosen account, whole: its first transfer for what it says, and its postings."""
    for _, group in groupby(selection.moved(connection, chosen, whole_entries=True), attrgetter("entry_id")):
        transfers = list(group)
        postings = []
        for each in transfers:
            postings.append(Posting(each.from_id, -each.amount_minor, each.currency))
            postings.append(Posting(each.to_id, each.amount_minor, each.currency))
        yield transfers[0], postings


def before(connection: Connection, chosen: Selection) -> dict[int, int]:
    """What each chosen account held before the first day, by its id, from the daily balances."""
    rows = connection.execute(_held(chosen).where(_DAYS.c.booked_on < chosen.from_on))
    return {account: int(minor) for account, minor in rows if minor}


def month_ends(connection: Connection, chosen: Selection) -> Iterator[tuple[date, dict[int, int]]]:
    """The last day of each month that is touched, the selection's last day included, and what each chosen account
    that has ever moved held at its end."""
    held = before(connection, chosen)
    days = select(_DAYS.c.booked_on, _DAYS.c.account_id, _DAYS.c.in_minor - _DAYS.c.out_minor)
    days = _of(days.where(_DAYS.c.booked_on.between(chosen.from_on, chosen.to_on)), chosen).order_by(_DAYS.c.booked_on)
    end = None
    for day, account, minor in connection.execute(days):
        if end is not None and day > end:
            yield end, dict(held)
        end = min(_month_end(day), chosen.to_on)
        held[account] = held.get(account, 0) + int(minor)
    if held:
        yield chosen.to_on, held


def _held(chosen: Selection) -> Any:
    held = select(_DAYS.c.account_id, func.sum(_DAYS.c.in_minor - _DAYS.c.out_minor)).group_by(_DAYS.c.account_id)
    return _of(held, chosen)


def _of(found: Any, chosen: Selection) -> Any:
    return found if chosen.account_ids is None else found.where(_DAYS.c.account_id.in_(chosen.account_ids))


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
