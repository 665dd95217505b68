"""What an appeal has raised: the one function that says so; page, fragment, JSON, stream and office all read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app import clock
from app.appeals.appeal import Appeal, AppealAccount
from app.extensions import db
from app.ledger.balances import Balance
from app.money import Money


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
    rows = db.session.execute(
        select(
            AppealAccount.appeal_id,
            func.coalesce(func.sum(Balance.out_minor - Balance.in_minor), 0).label("minor"),
            func.coalesce(func.sum(Balance.gifts), 0).label("gifts"),
        )
        .join(Balance, Balance.account_id == AppealAccount.account_id)
        .where(AppealAccount.appeal_id.in_([appeal.id for appeal in appeals]))
        .group_by(AppealAccount.appeal_id)
    )
    sums = {row.appeal_id: (int(row.minor), int(row.gifts)) for row in rows}
    nothing = (0, 0)
    return {
        appeal.id: Raised(
            appeal.id, Money(sums.get(appeal.id, nothing)[0], appeal.currency), sums.get(appeal.id, nothing)[1], as_at
        )
        for appeal in appeals
    }


def by(appeal: Appeal) -> Raised:
    """What one appeal has raised."""
    return of([appeal])[appeal.id]
