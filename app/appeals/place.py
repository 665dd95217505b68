"""Where an appeal shows, today and later: under every article, on its page alone, or nowhere yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import or_, select

from app import clock
from app.appeals.appeal import Appeal
from app.database import db

DRAFT, ENDED, OWN_PAGE, BEHIND, UNDER_ARTICLES = "draft", "ended", "own-page", "behind", "under-articles"
GENERAL_FUND = "general-fund"


@dataclass(frozen=True, slots=True)
class Place:
    """`kind` is one of the above; `since` is the first day under the articles, or on its page.

    `before_it` is the appeal that stands under the articles instead: until `since`, or on all of its days.
    """

    kind: str
    since: date | None = None
    before_it: Appeal | None = None


def of_appeal(appeal: Appeal) -> Place:
    """Where an appeal shows as it is now."""
    if appeal.general_fund and appeal.open_on(clock.today()):
        return Place(GENERAL_FUND)
    return of(appeal.starts_on, appeal.ends_on, appeal.precedence, appeal.id)


def of(starts_on: date | None, ends_on: date | None, precedence: int | None, own_id: int | None = None) -> Place:
    """Where an appeal with these days and this precedence shows; `own_id` is that of one that there is already."""
    today = clock.today()
    if starts_on is None:
        return Place(DRAFT)
    if ends_on is not None and ends_on < today:
        return Place(ENDED)
    begins = max(starts_on, today)
    if precedence is None:
        return Place(OWN_PAGE, begins)
    mine = (precedence, starts_on, -(own_id or 2**62))
    rivals = [each for each in _rivals(begins, own_id) if _rank(each) > mine]
    day, first = begins, _appeal_on(rivals, begins)
    while (other := _appeal_on(rivals, day)) is not None:
        if other.ends_on is None or (ends_on is not None and other.ends_on >= ends_on):
            return Place(BEHIND, begins, other)
        day = other.ends_on + timedelta(days=1)
    return Place(UNDER_ARTICLES, day, first)


def _rivals(day: date, own_id: int | None) -> Sequence[Appeal]:
    wanted = select(Appeal).where(
        Appeal.precedence.is_not(None),
        Appeal.starts_on.is_not(None),
        or_(Appeal.ends_on.is_(None), Appeal.ends_on >= day),
    )
    return db.session.scalars(wanted if own_id is None else wanted.where(Appeal.id != own_id)).all()


def _rank(appeal: Appeal) -> tuple[int, date, int]:
    return appeal.precedence or 0, appeal.starts_on or date.min, -appeal.id


def _appeal_on(rivals: Sequence[Appeal], day: date) -> Appeal | None:
    """Which of them stands under the articles on a day."""
    return max((each for each in rivals if each.open_on(day)), key=_rank, default=None)
