"""Putting an appeal in force, moving its dates, ending it: no article is ever touched by any of it."""

import re
from datetime import date
from typing import TypedDict

from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal
from app.database import db
from app.errors import DomainError
from app.money import Money

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_SLUG = 80
_LONGEST_TITLE = 200


class NotASlug(DomainError):
    """The text cannot be the address of an appeal."""


class DatesCrossed(DomainError):
    """The appeal would end before it starts, or end without a start."""


class NotATarget(DomainError):
    """The target, or an amount offered, is nothing, or in another currency than the appeal."""


class GeneralFundStays(DomainError):
    """It is the general fund: it has begun, stands under no article, and never ends."""


class NotATitle(DomainError):
    """The title is empty, or too long to stand in a line."""


class Schedule(TypedDict, total=False):
    """What is to change on an appeal; what is left out stays. `None` takes a date, a target, a precedence
    or a rhythm away."""

    title: str
    starts_on: date | None
    ends_on: date | None
    precedence: int | None
    target: Money | None
    suggested: list[Money]
    preset_rhythm: str | None


def check_slug(slug: str) -> str:
    """The slug itself, when an address may be made of it. Raises `NotASlug`."""
    if len(slug) > _LONGEST_SLUG or not _SLUG.fullmatch(slug):
        raise NotASlug(f"an address has up to {_LONGEST_SLUG} small letters, digits and single hyphens between them")
    return slug


def schedule(appeal: Appeal, changes: Schedule) -> bool:
    """Make the changes; the caller commits. Says whether anything is different now.

    Raises `NotATitle`, `DatesCrossed`, `GeneralFundStays` or `NotATarget`, and then nothing has changed.
    """
    if not 0 < len(changes.get("title", appeal.title)) <= _LONGEST_TITLE:
        raise NotATitle(f"a title has up to {_LONGEST_TITLE} characters, and at least one")
    money = [*changes.get("suggested", []), *([target] if (target := changes.get("target")) else [])]
    if any(amount.minor <= 0 or amount.currency != appeal.currency for amount in money):
        raise NotATarget(f"an amount must be more than nothing, in {appeal.currency.upper()}")
    starts_on = changes.get("starts_on", appeal.starts_on)
    ends_on = changes.get("ends_on", appeal.ends_on)
    if ends_on is not None and (starts_on is None or ends_on < starts_on):
        raise DatesCrossed("an appeal needs a first day, and its last day cannot be before it")
    precedence = changes.get("precedence", appeal.precedence)
    if appeal.general_fund and (starts_on is None or precedence is not None or (ends_on and not may_end(appeal))):
        raise GeneralFundStays(
            "the general fund takes gifts whenever no other appeal does: it has begun, has no last day, and stands "
            "under no article"
        )
    new: dict[str, object] = {
        "title": changes.get("title", appeal.title),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "precedence": precedence,
        "preset_rhythm": changes.get("preset_rhythm", appeal.preset_rhythm),
    }
    if "target" in changes:
        new["target_minor"] = changes["target"].minor if changes["target"] else None
    if "suggested" in changes:
        new["suggested_minor"] = [amount.minor for amount in changes["suggested"]]
    different = {name: value for name, value in new.items() if getattr(appeal, name) != value}
    for name, value in different.items():
        setattr(appeal, name, value)
    if different:
        appeal.updated_at = clock.now()
        appeal.version = (appeal.version or 0) + 1
    return bool(different)


def may_end(appeal: Appeal) -> bool:
    """Whether the appeal may have a last day: the only general fund may not. There is another one where the home
    currency has changed."""
    if not appeal.general_fund:
        return True
    others = select(Appeal.id).where(Appeal.general_fund.is_(True), Appeal.id != appeal.id, Appeal.ends_on.is_(None))
    return db.session.scalars(others.limit(1)).first() is not None


def end(appeal: Appeal, last_day: date) -> bool:
    """Make `last_day` the last on which the appeal takes gifts; says whether that is new. Raises as `schedule`."""
    return schedule(appeal, {"ends_on": last_day})
