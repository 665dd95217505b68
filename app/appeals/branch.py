"""A branch: a part of the organisation that raises money under its own name."""

import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db
from app.errors import DomainError

_LONGEST = 120


class NotAName(DomainError):
    """A branch's name or region is empty or too long."""


class NameTaken(DomainError):
    """Another branch has this name."""


class Branch(Base):
    """One branch. Its treasurer is the person of the staff whose `branch_id` it is.

    A closed one (`closed_on`, a local day) takes nothing more, but keeps its name in the books and its totals.
    """

    __tablename__ = "branches"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(_LONGEST), unique=True)
    region: Mapped[str] = mapped_column(String(_LONGEST))
    closed_on: Mapped[date | None]


def found_branch(name: str, region: str) -> Branch:
    """Add a branch; the caller commits. Raises `NotAName` or `NameTaken`."""
    branch = Branch(reference=secrets.token_hex(6), name="", region="")
    _name(branch, name, region)
    db.session.add(branch)
    db.session.flush()
    return branch


def rename(branch: Branch, name: str, region: str) -> None:
    """Give a branch another name or region; its accounts and totals stay. Raises `NotAName` or `NameTaken`."""
    _name(branch, name, region)
    db.session.flush()


def close(branch: Branch) -> None:
    """Let a branch take nothing more from today on; closing it again changes nothing."""
    branch.closed_on = branch.closed_on or clock.today()
    db.session.flush()


def reopen(branch: Branch) -> None:
    """Let a closed branch take gifts again."""
    branch.closed_on = None
    db.session.flush()


def find(reference: str) -> Branch | None:
    """The branch with this reference."""
    return db.session.scalars(select(Branch).where(Branch.reference == reference)).one_or_none()


def all_of_them(*, open_only: bool = False) -> Sequence[Branch]:
    """Every branch by region and name; with `open_only`, those that are not closed."""
    wanted = select(Branch).order_by(Branch.region, Branch.name)
    return db.session.scalars(wanted.where(Branch.closed_on.is_(None)) if open_only else wanted).all()


def _name(branch: Branch, name: str, region: str) -> None:
    if not 0 < len(name) <= _LONGEST or len(region) > _LONGEST:
        raise NotAName(f"a branch needs a name, and name and region have up to {_LONGEST} characters each")
    with db.session.no_autoflush:
        taken = db.session.scalar(select(Branch.id).where(Branch.name == name, Branch.id != (branch.id or 0)))
    if taken is not None:
        raise NameTaken(f"there is a branch called {name} already")
    branch.name, branch.region = name, region
