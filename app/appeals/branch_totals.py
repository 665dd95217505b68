"""What each branch has raised for each appeal, read from the balances in one query."""

from dataclasses import dataclass

from sqlalchemy import func, select

from app.appeals.appeal import Appeal, AppealAccount
from app.appeals.branch import Branch
from app.extensions import db
from app.ledger.accounts import Account
from app.ledger.balances import Balance
from app.money import Money


@dataclass(frozen=True, slots=True)
class BranchTotal:
    """One branch's part of one appeal: what it has raised, and by how many gifts. Without a branch it is what the
    appeal has raised in its own name."""

    branch_id: int | None
    appeal_id: int
    appeal: str
    raised: Money
    gifts: int


def of(branch_id: int | None = None) -> list[BranchTotal]:
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
