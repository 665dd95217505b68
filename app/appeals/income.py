"""Income accounts: which account a gift to an appeal is booked on, in its own name or in a branch's.

Income by appeal, branch and month: what was received less what went back, as the appeals' accounts were booked.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql

from app.appeals.appeal import Appeal, AppealAccount
from app.appeals.branch import Branch
from app.database import db
from app.ledger import accounts
from app.ledger.accounts import Account
from app.ledger.balances import DailyBalance
from app.ledger.closing import month_end
from app.money import Money

# An account's name fits its column however long the two names are.
_LONGEST_TITLE = 76


def account_of(appeal: Appeal, branch_id: int | None = None) -> str:
    """The code of the income account of an appeal, or of what a branch raises for it, opened when it is first needed.

    The caller commits. Raises `LookupError` for a branch that does not exist.
    """
    found = db.session.scalar(
        select(Account.code)
        .join(AppealAccount, AppealAccount.account_id == Account.id)
        .where(AppealAccount.appeal_id == appeal.id, AppealAccount.branch_id.is_not_distinct_from(branch_id))
    )
    if found is not None:
        return found
    branch = db.session.get(Branch, branch_id)
    if branch is None:
        raise LookupError(f"appeal {appeal.id} has no account for branch {branch_id}")
    code = f"income:appeal:{appeal.reference}:{branch.reference}:{appeal.currency}"
    title = f"{appeal.title[:_LONGEST_TITLE]} ({branch.name})"
    account = accounts.open_account(code, "income", title, appeal.currency)
    # SQLite understands PostgreSQL's ON CONFLICT as it is.
    db.session.execute(
        postgresql.insert(AppealAccount)
        .values(appeal_id=appeal.id, branch_id=branch_id, account_id=account)
        .on_conflict_do_nothing(index_elements=["account_id"])
    )
    return code


_DAYS: Any = DailyBalance.__table__


@dataclass(frozen=True, slots=True)
class AccountIncome:
    """What one account took in a time: an appeal's own, or what a branch raised for it."""

    appeal: str
    appeal_reference: str
    branch: str | None
    code: str
    amount: Money


@dataclass(frozen=True, slots=True)
class RaisedInMonth:
    """What all these accounts took in a month, in one currency."""

    first: date
    last: date
    amount: Money


def income_accounts(
    *, branch_id: int | None = None, appeal: str | None = None, branch: str | None = None
) -> frozenset[int]:
    """The ids of income accounts: those of a branch's id, of an appeal's reference, of a branch's reference."""
    wanted = select(AppealAccount.account_id).join(Appeal, Appeal.id == AppealAccount.appeal_id)
    if branch_id is not None:
        wanted = wanted.where(AppealAccount.branch_id == branch_id)
    if appeal:
        wanted = wanted.where(Appeal.reference == appeal)
    if branch:
        wanted = wanted.join(Branch, Branch.id == AppealAccount.branch_id).where(Branch.reference == branch)
    return frozenset(db.session.scalars(wanted))


def by_account(first: date, last: date, account_ids: frozenset[int]) -> list[AccountIncome]:
    """What each account took from one local day to another, both included, by appeal and branch."""
    rows = db.session.execute(
        select(
            Appeal.title,
            Appeal.reference,
            Branch.name,
            Account.code,
            Account.currency,
            func.sum(_DAYS.c.out_minor - _DAYS.c.in_minor),
        )
        .join_from(AppealAccount, Appeal, Appeal.id == AppealAccount.appeal_id)
        .join(Account, Account.id == AppealAccount.account_id)
        .outerjoin(Branch, Branch.id == AppealAccount.branch_id)
        .join(_DAYS, _DAYS.c.account_id == AppealAccount.account_id)
        .where(_DAYS.c.booked_on.between(first, last), AppealAccount.account_id.in_(account_ids))
        .group_by(Appeal.title, Appeal.reference, Branch.name, Account.code, Account.currency)
    )
    found = [AccountIncome(row[0], row[1], row[2], row[3], Money(int(row[5]), row[4])) for row in rows]
    return sorted(found, key=lambda each: (each.appeal, each.appeal_reference, each.branch or ""))


def by_month(first: date, last: date, account_ids: frozenset[int]) -> list[RaisedInMonth]:
    """What the accounts took in each month from one local day to another, newest first."""
    rows = db.session.execute(
        select(_DAYS.c.booked_on, Account.currency, func.sum(_DAYS.c.out_minor - _DAYS.c.in_minor))
        .join(Account, Account.id == _DAYS.c.account_id)
        .where(_DAYS.c.booked_on.between(first, last), _DAYS.c.account_id.in_(account_ids))
        .group_by(_DAYS.c.booked_on, Account.currency)
    )
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for day, currency, minor in rows:
        sums[day.replace(day=1), currency] += int(minor)
    return [
        RaisedInMonth(max(month, first), min(month_end(month), last), Money(sums[month, currency], currency))
        for month, currency in sorted(sums, reverse=True)
    ]
