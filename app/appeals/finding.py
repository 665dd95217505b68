"""Looking appeals up: by their address, those that have begun, those that take gifts today."""

from collections.abc import Sequence

from sqlalchemy import select

from app import clock
from app.appeals.appeal import Appeal
from app.appeals.in_force import in_force
from app.database import db
from app.paging import Order, Page, page


def public(slug: str) -> Appeal | None:
    """The appeal at an address; drafts are not public."""
    return db.session.scalar(select(Appeal).where(Appeal.slug == slug, Appeal.starts_on.is_not(None)))


def all_public() -> Sequence[Appeal]:
    """Every appeal that is no draft."""
    return db.session.scalars(select(Appeal).where(Appeal.starts_on.is_not(None))).all()


def announced() -> Sequence[Appeal]:
    """The appeals that have begun, in the order in which they were made; those to come, and drafts, are not among
    them."""
    return db.session.scalars(select(Appeal).where(Appeal.starts_on <= clock.today()).order_by(Appeal.id)).all()


def open_today(most: int, currency: str | None = None) -> Sequence[Appeal]:
    """The appeals that take gifts today, in this currency where one is given, the latest first; at most so many."""
    today = clock.today()
    is_open = (Appeal.starts_on <= today) & (Appeal.ends_on.is_(None) | (Appeal.ends_on >= today))
    if currency is not None:
        is_open &= Appeal.currency == currency
    return db.session.scalars(select(Appeal).where(is_open).order_by(Appeal.id.desc()).limit(most)).all()


def begun(most: int, currency: str | None = None) -> Sequence[Appeal]:
    """The appeals that have begun: the one in force first, then the latest, the general fund last; at most so many."""
    wanted = select(Appeal).where(Appeal.starts_on <= clock.today())
    if currency is not None:
        wanted = wanted.where(Appeal.currency == currency)
    latest = wanted.order_by(Appeal.general_fund.desc(), Appeal.starts_on.desc(), Appeal.id.desc()).limit(most)
    current = in_force(clock.today())
    return sorted(
        db.session.scalars(latest), key=lambda each: (each.general_fund, current is None or each.id != current.id)
    )


def listed(before: str) -> Page[Appeal]:
    """A page of all appeals, drafts too, the newest first, from the one after the appeal at the address `before`."""
    return page(select(Appeal), Order(Appeal.id), Appeal.slug, older=before)


def titles() -> list[tuple[str, str]]:
    """Reference and title of every appeal, the newest first."""
    rows = db.session.execute(select(Appeal.reference, Appeal.title).order_by(Appeal.id.desc()))
    return [(row.reference, row.title) for row in rows]


def titles_by_start() -> list[tuple[str, str]]:
    """Reference and title of every appeal, the one that started last first."""
    rows = db.session.execute(select(Appeal.reference, Appeal.title).order_by(Appeal.starts_on.desc(), Appeal.id))
    return [(row.reference, row.title) for row in rows]


def currencies() -> set[str]:
    """The currencies that appeals are held in."""
    return set(db.session.scalars(select(Appeal.currency).distinct()))
