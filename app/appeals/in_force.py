"""Which appeal is in force: the one that stands under every article on a day, chosen by date and precedence."""

from datetime import date
from typing import TypeVarTuple

from sqlalchemy import BindParameter, Select, or_, select

from app.appeals.appeal import Appeal
from app.extensions import db


def in_force(day: date) -> Appeal | None:
    """The appeal in force on a local day, or `None`.

    Of those that take gifts that day and have a precedence: the highest precedence, then the latest start, then the
    one that was there first.
    """
    return db.session.scalars(ranked(select(Appeal), day)).first()


def open_appeal(day: date) -> Appeal | None:
    """The appeal to which whoever names none, or one that has ended, may give: the one in force, or else, of those that
    stand under no article, the open one that started last."""
    may_give = or_(Appeal.ends_on.is_(None), Appeal.ends_on >= day)
    latest = select(Appeal).where(Appeal.starts_on <= day, may_give).order_by(Appeal.starts_on.desc(), Appeal.id)
    return in_force(day) or db.session.scalars(latest.limit(1)).first()


_Columns = TypeVarTuple("_Columns")


def ranked(appeals: Select[*_Columns], day: date | BindParameter[date]) -> Select[*_Columns]:
    """Cut a selection from `appeals` down to the one in force on a local day; for queries that read it along."""
    return (
        appeals.where(
            Appeal.precedence.is_not(None),
            Appeal.starts_on <= day,
            or_(Appeal.ends_on.is_(None), Appeal.ends_on >= day),
        )
        .order_by(Appeal.precedence.desc(), Appeal.starts_on.desc(), Appeal.id)
        .limit(1)
    )
