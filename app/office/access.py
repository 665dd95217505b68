"""Who may do what, and what of it they see: every view of the office says which roles may read it and which may change
something by it. A branch's treasurer sees the own branch's things; another's are not there.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from flask import abort
from flask_login import current_user

from app.appeals import income
from app.staff import people
from app.staff.people import Person

ADMIN, TREASURER, EDITOR, AUDITOR, BRANCH_TREASURER = (
    people.ADMIN, people.TREASURER, people.EDITOR, people.AUDITOR, people.BRANCH_TREASURER,
)  # fmt: skip
EVERYONE = frozenset(people.ROLES)

View = TypeVar("View", bound=Callable[..., Any])

_MARK = "office_allows"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may see a view (GET, HEAD), who may change something by it, and whether that needs a fresh sign-in."""

    reads: frozenset[str]
    changes: frozenset[str]
    fresh: bool = False

    def lets(self, held: Collection[str], method: str) -> bool:
        """Whether somebody with these roles may use this method."""
        return bool((self.reads if method in ("GET", "HEAD") else self.changes).intersection(held))


def allow(*, reads: Collection[str] = (), changes: Collection[str] = (), fresh: bool = False) -> Callable[[View], View]:
    """Open a view: to `reads` for looking, to `changes` for every other method. What is not opened stays shut.

    `fresh` asks whoever signed in a while ago to do so again. Stands under the route's own decorator.
    """
    allowed = Allowed(frozenset(reads), frozenset(changes), fresh)

    def mark(view: View) -> View:
        setattr(view, _MARK, allowed)
        return view

    return mark


def allowed_by(view: Callable[..., Any]) -> Allowed | None:
    """What a view allows, or `None` when it never said so."""
    return cast("Allowed | None", getattr(view, _MARK, None))


def me() -> Person:
    """The signed-in person; the door has made sure that there is one."""
    # Flask-Login hands over a stand-in, which the database's session would not know.
    return cast(Person, current_user._get_current_object())


def somebody() -> Person | None:
    """The signed-in person, or nobody: for what is shown on both sides of the door."""
    return me() if current_user.is_authenticated else None


def my_branch_id() -> int | None:
    """The one branch whose things this person may see; `None` means everything.

    A branch treasurer who is treasurer or auditor of the whole house as well sees everything. One whose branch is
    not known yet sees nothing: no branch has the key 0.
    """
    person = me()
    held = person.role_names
    if BRANCH_TREASURER not in held or held & {TREASURER, AUDITOR}:
        return None
    return person.branch_id or 0


def may(endpoint_view: Callable[..., Any], method: str = "GET") -> bool:
    """Whether the signed-in person may use a view, for showing only the ways that are open."""
    allowed, person = allowed_by(endpoint_view), somebody()
    return allowed is not None and person is not None and allowed.lets(person.role_names, method)


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
    branch_id = my_branch_id()
    return None if branch_id is None else income.income_accounts(branch_id=branch_id)


def accounts_in_scope(account_ids: frozenset[int] | None) -> frozenset[int] | None:
    """Those of the accounts that this person may see, where `None` means all."""
    mine = my_accounts()
    if mine is None or account_ids is None:
        return mine if account_ids is None else account_ids
    return mine & account_ids
