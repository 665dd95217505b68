"""What a branch's treasurer may see: the own branch's things; another's are not there.

What of the books the signed-in person may see: everything, or the income accounts of one branch.
"""

from typing import Protocol, TypeVar

from flask import abort

from app.appeals import income
from app.office import access
from app.office.access import my_branch_id


class OfABranch(Protocol):
    """Something that a branch may have raised."""

    @property
    def branch_id(self) -> int | None:
        """Whose it is; nothing means the whole organisation's."""
        ...


Thing = TypeVar("Thing", bound=OfABranch)


def or_404(thing: Thing | None) -> Thing:
    """The thing itself, when there is one and this person may see it; else 404, as if it were not there."""
    own = my_branch_id()
    if thing is None or (own is not None and thing.branch_id != own):
        abort(404)
    return thing


def my_accounts() -> frozenset[int] | None:
    """The ids of the accounts that this person may see; `None` means all of them."""
    branch_id = access.my_branch_id()
    return None if branch_id is None else income.income_accounts(branch_id=branch_id)


def accounts_in_scope(account_ids: frozenset[int] | None) -> frozenset[int] | None:
    """Those of the accounts that this person may see, where `None` means all."""
    mine = my_accounts()
    if mine is None or account_ids is None:
        return mine if account_ids is None else account_ids
    return mine & account_ids
