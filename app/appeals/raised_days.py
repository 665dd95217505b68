"""What was raised on each day, and how much of the targets a time has to bring: for the office's front page."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from app.appeals.appeal import Appeal
from app.extensions import db
from app.ledger.accounts import Account
from app.ledger.balances import DailyBalance

_DAYS: Any = DailyBalance.__table__


@dataclass(frozen=True, slots=True)
class Days:
    """What was raised on each local day in one currency, in its minor units; days without a movement are left out."""

    currency: str
    minor: dict[date, int]

    def between(self, first: date, last: date) -> int:
        """The sum from one day to another, both included."""
        return sum(minor for day, minor in self.minor.items() if first <= day <= last)


def by_day(first: date, last: date, account_ids: frozenset[int]) -> list[Days]:
    """What these income accounts took from one local day to another, less what went back: a list for each currency."""
    rows = db.session.execute(
        select(Account.currency, _DAYS.c.booked_on, func.sum(_DAYS.c.out_minor - _DAYS.c.in_minor))
        .join(Account, Account.id == _DAYS.c.account_id)
        .where(_DAYS.c.booked_on.between(first, last), _DAYS.c.account_id.in_(account_ids))
        .group_by(Account.currency, _DAYS.c.booked_on)
    )
    found: dict[str, dict[date, int]] = {}
    for currency, day, minor in rows:
        found.setdefault(currency, {})[day] = int(minor)
    return [Days(currency, found[currency]) for currency in sorted(found)]


def with_target(first: date, last: date) -> list[Appeal]:
    """The appeals with a target and an end that take gifts at some time between two local days."""
    return list(
        db.session.scalars(
            select(Appeal).where(
                Appeal.target_minor.is_not(None), Appeal.starts_on <= last, Appeal.ends_on >= first
            )
        )
    )  # fmt: skip


def share_of_targets(appeals: list[Appeal], currency: str, first: date, last: date) -> int:
    """What the appeals' targets come to for a time, in minor units, when each is spread evenly over its days."""
    share = 0
    for each in appeals:
        if each.currency != currency or each.target_minor is None or each.starts_on is None or each.ends_on is None:
            continue
        days = (min(each.ends_on, last) - max(each.starts_on, first)).days + 1
        share += each.target_minor * max(0, days) // ((each.ends_on - each.starts_on).days + 1)
    return share
