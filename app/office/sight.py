"""What of the books the signed-in person may see: everything, or the income accounts of one branch."""

from app.appeals import income
from app.office import access


def my_accounts() -> frozenset[int] | None:
    """The ids of the accounts that this person may see; `None` means all of them."""
    branch_id = access.my_branch_id()
    return None if branch_id is None else income.income_accounts(branch_id=branch_id)


def within_sight(account_ids: frozenset[int] | None) -> frozenset[int] | None:
    """Those of the accounts that this person may see, where `None` means all."""
    mine = my_accounts()
    if mine is None or account_ids is None:
        return mine if account_ids is None else account_ids
    return mine & account_ids
