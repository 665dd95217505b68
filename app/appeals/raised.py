"""What an appeal has raised: the one function that says so; page, fragment, JSON, stream and office all read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from app import clock
from app.appeals.appeal import Appeal, AppealAccount
from app.extensions import db
from app.ledger.balances import Balance
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
        """The whole per cent of the target that is raised, rounded down so that 100 means reached; may exceed 100."""
        return None if target is None else max(0, self.amount.minor * 100 // target.minor)

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
