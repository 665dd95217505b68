"""What an appeal has raised: the one function that says so; page, fragment, JSON, stream and office all read it.

What was raised on each day, and how much of the targets a time has to bring: for the office's front page.

What each branch has raised for each appeal, read from the balances in one query.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from app import clock
from app.appeals.appeal import Appeal, AppealAccount
from app.appeals.branch import Branch
from app.database import db
from app.ledger.accounts import Account
from app.ledger.balances import Balance, DailyBalance
from app.money import Money

# Built once: to build a statement costs more than to run it (docs/performance.md).
_OWNED: Any = AppealAccount.__table__
_BALANCES: Any = Balance.__table__
_SUMS = (
    select(
        _OWNED.c.appeal_id,
        func.sum(_BALANCES.c.out_minor - _BALANCES.c.in_minor).label("minor"),
        func.sum(_BALANCES.c.gifts).label("gifts"),
    )
    .join(_BALANCES, _BALANCES.c.account_id == _OWNED.c.account_id)
    .group_by(_OWNED.c.appeal_id)
)
_SUMS_OF_ONE = _SUMS.where(_OWNED.c.appeal_id == bindparam("appeal_id"))
_SUMS_OF_SEVERAL = _SUMS.where(_OWNED.c.appeal_id.in_(bindparam("appeal_ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class Raised:
    """What an appeal has received less what was given back, how many gifts that was, and as of when."""

    appeal_id: int
    amount: Money
    gifts: int
    as_at: datetime

    def share(self, target: Money | None) -> int | None:
        """The whole per cent of the target that is raised; may exceed 100."""
        return None if target is None else self.amount.per_cent_of(target)

    def still_needed(self, target: Money | None) -> Money | None:
        """What is missing to the target; nothing once it is reached."""
        return None if target is None else max(target - self.amount, Money(0, target.currency))


def of(appeals: Sequence[Appeal]) -> dict[int, Raised]:
    """What each of the appeals has raised, by appeal id, from the balances of their income accounts."""
    as_at = clock.now()
    if len(appeals) == 1:
        rows = db.session.execute(_SUMS_OF_ONE, {"appeal_id": appeals[0].id})
    else:
        rows = db.session.execute(_SUMS_OF_SEVERAL, {"appeal_ids": [appeal.id for appeal in appeals]})
    sums = {appeal_id: (int(minor), int(gifts)) for appeal_id, minor, gifts in rows}
    return {appeal.id: _raised(appeal, *sums.get(appeal.id, (0, 0)), as_at) for appeal in appeals}


def by(appeal: Appeal) -> Raised:
    """What one appeal has raised."""
    return of([appeal])[appeal.id]


def _raised(appeal: Appeal, minor: int, gifts: int, as_at: datetime) -> Raised:
    return Raised(appeal.id, Money(minor, appeal.currency), gifts, as_at)


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
            select(Appeal).where(Appeal.target_minor.is_not(None), Appeal.starts_on <= last, Appeal.ends_on >= first)
        )
    )


def share_of_targets(appeals: list[Appeal], currency: str, first: date, last: date) -> int:
    """What the appeals' targets come to for a time, in minor units, when each is spread evenly over its days."""
    share = 0
    for each in appeals:
        if each.currency != currency or each.target_minor is None or each.starts_on is None or each.ends_on is None:
            continue
        days = (min(each.ends_on, last) - max(each.starts_on, first)).days + 1
        share += each.target_minor * max(0, days) // ((each.ends_on - each.starts_on).days + 1)
    return share


@dataclass(frozen=True, slots=True)
class BranchTotal:
    """One branch's part of one appeal: what it has raised, and by how many gifts. Without a branch it is what the
    appeal has raised in its own name."""

    branch_id: int | None
    appeal_id: int
    appeal: str
    raised: Money
    gifts: int


def of_branches(branch_id: int | None = None) -> list[BranchTotal]:
    """The parts of every appeal in which anything has moved, the latest appeal first; those of one branch alone, when
    it is given."""
    minor = func.sum(Balance.out_minor - Balance.in_minor)
    wanted = (
        select(AppealAccount.branch_id, Appeal.id, Appeal.title, Account.currency, minor, func.sum(Balance.gifts))
        .join(Balance, Balance.account_id == AppealAccount.account_id)
        .join(Account, Account.id == AppealAccount.account_id)
        .join(Appeal, Appeal.id == AppealAccount.appeal_id)
        .outerjoin(Branch, Branch.id == AppealAccount.branch_id)
        .group_by(AppealAccount.branch_id, Appeal.id, Appeal.title, Account.currency, Branch.name)
        .order_by(Appeal.id.desc(), Branch.name)
    )
    if branch_id is not None:
        wanted = wanted.where(AppealAccount.branch_id == branch_id)
    return [
        BranchTotal(branch, appeal_id, title, Money(int(sum_), currency), int(gifts))
        for branch, appeal_id, title, currency, sum_, gifts in db.session.execute(wanted)
    ]
