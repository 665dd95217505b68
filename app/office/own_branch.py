"""What a branch's treasurer may see: the own branch's things; another's are not there."""

from typing import Protocol, TypeVar

from flask import abort

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
