"""Income accounts: which account a gift to an appeal is booked on, in its own name or in a branch's."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from app.appeals.appeal import Appeal, AppealAccount
from app.appeals.branch import Branch
from app.extensions import db
from app.ledger import accounts

# An account's name fits its column however long the two names are.
_LONGEST_TITLE = 76


def account_of(appeal: Appeal, branch_id: int | None = None) -> int:
    """The id of the income account of an appeal, or of what a branch raises for it, opened when it is first needed.

    The caller commits. Raises `LookupError` for a branch that does not exist.
    """
    found = db.session.scalar(
        select(AppealAccount.account_id).where(
            AppealAccount.appeal_id == appeal.id, AppealAccount.branch_id.is_not_distinct_from(branch_id)
        )
    )
    if found is not None:
        return found
    branch = db.session.get(Branch, branch_id)
    if branch is None:
        raise LookupError(f"appeal {appeal.id} has no account for branch {branch_id}")
    account = accounts.open_account(
        f"income:appeal:{appeal.reference}:{branch.reference}:{appeal.currency}",
        "income",
        f"{appeal.title[:_LONGEST_TITLE]} ({branch.name})",
        appeal.currency,
    )
    # SQLite understands PostgreSQL's ON CONFLICT as it is.
    db.session.execute(
        postgresql.insert(AppealAccount)
        .values(appeal_id=appeal.id, branch_id=branch_id, account_id=account)
        .on_conflict_do_nothing(index_elements=["account_id"])
    )
    return account
