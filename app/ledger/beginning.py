"""How these books began: with real money or without. The two never mix."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, db
from app.errors import DomainError


class BegunOtherwise(DomainError):
    """The books were begun with practice or test money and are asked to go on with real money, or the reverse."""


class Beginning(Base):
    """The one row that says whether these books hold real money."""

    __tablename__ = "beginnings"
    __table_args__ = (CheckConstraint("id = 1", name="only"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    live: Mapped[bool]
    began_at: Mapped[datetime]


def begun() -> bool:
    """Whether the books have a beginning yet."""
    return db.session.get(Beginning, 1) is not None


def begin(*, live: bool) -> None:
    """Begin the books, or check that they were begun with the same kind of money; the caller commits.

    Raises `BegunOtherwise`.
    """
    # Two programs may start at once: one of them begins the books, and both then read how they were begun.
    db.session.execute(
        postgresql.insert(Beginning).values(id=1, live=live, began_at=clock.now()).on_conflict_do_nothing()
    )
    if db.session.get_one(Beginning, 1).live is not live:
        raise BegunOtherwise(
            "these books were begun without real money and cannot go on with a live Stripe key; start new ones"
            if live
            else "these books hold real money and cannot go on with a test key or in practice mode"
        )
