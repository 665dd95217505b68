"""Which appeal is in force: the one that stands under every article on a day, chosen by date and precedence.

The outlook: which appeal will stand under the articles on each of the coming days, and which ones stand back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TypeVarTuple

from sqlalchemy import BindParameter, Select, or_, select

from app.appeals.appeal import Appeal
from app.database import db


def in_force(day: date) -> Appeal | None:
    """The appeal in force on a local day, or `None`.

    Of those that take gifts that day and have a precedence: the highest precedence, then the latest start, then the
    one that was there first.
    """
    return db.session.scalars(ranked(select(Appeal), day)).first()


def open_appeal(day: date) -> Appeal | None:
    """The appeal to which whoever names none, or one that has ended, may give: the one in force, or else, of those that
    stand under no article, the open one that started last; the general fund only when there is no other."""
    may_give = or_(Appeal.ends_on.is_(None), Appeal.ends_on >= day)
    by_rank = (Appeal.general_fund, Appeal.starts_on.desc(), Appeal.id)
    latest = select(Appeal).where(Appeal.starts_on <= day, may_give).order_by(*by_rank)
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


_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """Local days, both included, on which the same appeal is in force (`None`: none is), and the same others are open
    and would be in force without it, the next in line first."""

    first: date
    last: date
    appeal: Appeal | None
    behind: tuple[Appeal, ...]

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.last - self.first).days + 1


def spans(first: date, last: date) -> list[Span]:
    """What is in force from one local day to another, both included, as things are planned now."""
    appeals = _candidates(first, last)
    days = [first + _A_DAY * number for number in range((last - first).days + 1)]
    found = []
    for ranked, same in groupby(days, key=lambda day: _ranked(appeals, day)):
        stretch = list(same)
        found.append(Span(stretch[0], stretch[-1], ranked[0] if ranked else None, ranked[1:]))
    return found


def _candidates(first: date, last: date) -> Sequence[Appeal]:
    """The appeals that may stand under articles on any of the days."""
    return db.session.scalars(
        select(Appeal).where(
            Appeal.precedence.is_not(None),
            Appeal.starts_on <= last,
            or_(Appeal.ends_on.is_(None), Appeal.ends_on >= first),
        )
    ).all()


def _ranked(appeals: Sequence[Appeal], day: date) -> tuple[Appeal, ...]:
    """Those open on a day, the one in force first: by the rule of `in_force.ranked`, which a test holds it to."""
    return tuple(
        sorted(
            (appeal for appeal in appeals if appeal.open_on(day)),
            key=lambda appeal: (-(appeal.precedence or 0), -(appeal.starts_on or day).toordinal(), appeal.id),
        )
    )
