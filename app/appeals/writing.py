"""Writing appeals: a new one with accounts of its own, a changed one as another version; its money stays put.

Opening an appeal: its reference, and the income account that its gifts are booked on.

The general fund: the appeal without an end that stands behind all others, so that nobody who wants to give is turned
away.

It never stands under an article. It is where `/donate` and the pages of ended appeals lead while no other appeal is
open, and gifts to it are for the whole work of the organisation.
"""

import itertools
import re
import secrets
from collections.abc import Sequence

from sqlalchemy import select

from app import clock
from app.appeals import scheduling
from app.appeals.appeal import Appeal, AppealAccount
from app.appeals.scheduling import Schedule
from app.articles import images, versions
from app.articles.imports.printed_archive import OfferedAppeal
from app.articles.versions import Version
from app.database import db
from app.errors import DomainError
from app.ledger import accounts
from app.money import Money


class SlugTaken(DomainError):
    """Another appeal has this address."""


def open_appeal(appeal: Appeal) -> Appeal:
    """Add a new appeal with an income account of its own; the caller commits.

    `appeal` comes with everything but its reference and time stamp. Raises `SlugTaken`.
    """
    if db.session.scalar(select(Appeal.id).where(Appeal.slug == appeal.slug)) is not None:
        raise SlugTaken(f"there is an appeal at /appeals/{appeal.slug} already")
    appeal.reference = secrets.token_hex(8)
    appeal.updated_at = clock.now()
    db.session.add(appeal)
    db.session.flush()
    code = f"income:appeal:{appeal.reference}:{appeal.currency}"
    account = accounts.open_account(code, "income", appeal.title, appeal.currency)
    db.session.add(AppealAccount(appeal_id=appeal.id, account_id=account))
    versions.keep(appeal)
    return appeal


def begin(slug: str, currency: str, text: str, changes: Schedule) -> Appeal:
    """Open a new appeal; the caller commits. Its address and its currency never change afterwards.

    Raises `scheduling.NotASlug`, `opening.SlugTaken`, and what `revise` raises.
    """
    images.check_shown(text)
    appeal = Appeal(slug=scheduling.check_slug(slug), text=text, title="", currency=currency, suggested_minor=[])
    scheduling.schedule(appeal, changes)
    appeal.version = 1
    return open_appeal(appeal)


def revise(appeal: Appeal, based_on: int, text: str, changes: Schedule) -> bool:
    """Change the appeal, as a new version; the caller commits. Says whether anything is different.

    Raises `WrittenMeanwhile`, `scheduling.NotATitle`, `DatesCrossed`, `GeneralFundStays` or `NotATarget`, or what
    `illustrating.check` raises.
    """
    images.check_shown(text)
    locked = versions.take(appeal, based_on)
    versions.keep_what_is_there(locked)
    reworded = locked.text != text
    different = scheduling.schedule(locked, changes)
    if reworded:
        locked.text = text
        if not different:
            locked.version += 1
            locked.updated_at = clock.now()
    if different or reworded:
        versions.keep(locked)
    return different or reworded


def restore(appeal: Appeal, based_on: int, version: Version) -> bool:
    """Make the appeal say again what it said in an earlier version, as a new one; when it runs stays as it is.

    The caller commits. Says whether anything is different. Raises as `revise`.
    """
    said = versions.fields(version)
    target = said["target_minor"]
    changes: Schedule = {
        "title": said["title"],
        "target": None if target is None else Money(target, appeal.currency),
        "suggested": [Money(minor, appeal.currency) for minor in said["suggested_minor"]],
        "preset_rhythm": said["preset_rhythm"],
    }
    return revise(appeal, based_on, said["text"], changes)


def named(slug: str) -> Appeal | None:
    """The appeal at an address, drafts included."""
    return db.session.scalar(select(Appeal).where(Appeal.slug == slug))


def showing_image(reference: str, at_most: int = 20) -> Sequence[Appeal]:
    """The appeals whose text shows a picture, drafts included, the newest first."""
    line = f"/images/{reference}-"
    query = select(Appeal).where(Appeal.text.contains(line)).order_by(Appeal.id.desc()).limit(at_most)
    return db.session.scalars(query).all()


def offer(offered: OfferedAppeal, currency: str) -> tuple[Appeal, bool]:
    """The appeal that stood under an archive article, and whether it was added now; the caller commits.

    It is added once, as a draft that cannot be in force by itself.
    """
    known = db.session.scalar(select(Appeal).where(Appeal.offered_digest == offered.digest))
    if known is not None:
        return known, False
    draft = Appeal(
        slug=_free_slug(offered.title),
        title=offered.title,
        text=offered.text,
        currency=currency,
        suggested_minor=[],
        offered_digest=offered.digest,
        version=1,
    )
    return open_appeal(draft), True


def _free_slug(title: str) -> str:
    """An address made from the title, with a number when others have it: 'finance-appeal-2'."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    taken = set(db.session.scalars(select(Appeal.slug).where(Appeal.slug.startswith(plain))))
    numbered = (plain if n == 1 else f"{plain}-{n}" for n in itertools.count(1))
    return next(slug for slug in numbered if slug not in taken)


def general_fund(currency: str) -> Appeal | None:
    """The general fund in a currency, if there is one."""
    return db.session.scalar(select(Appeal).where(Appeal.general_fund.is_(True), Appeal.currency == currency))


def ensure_general_fund(currency: str, title: str, text: str) -> Appeal | None:
    """Open the general fund in the home currency where there is none yet, with these first words; the caller commits.

    Returns it when it was opened now. No appeal that exists is renamed or turned into it. Two programs that start at
    once on PostgreSQL may both try: the second one's commit fails with an `IntegrityError`, and nothing is lost by it.
    """
    if general_fund(currency) is not None:
        return None
    numbered = ("general-fund" if number == 1 else f"general-fund-{number}" for number in itertools.count(1))
    slug = next(each for each in numbered if named(each) is None)
    return open_appeal(
        Appeal(
            slug=slug,
            title=title,
            text=text,
            currency=currency,
            suggested_minor=[],
            starts_on=clock.today(),
            general_fund=True,
            version=1,
        )
    )
