"""A version: the whole of an article or an appeal as somebody once saved it; nothing of it ever changes.

Keeping every version of what is written: what an article or an appeal said, since when, and by whom.

Saving after one another: whoever saves says which version they began with, so that nobody overwrites another unseen.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from sqlalchemy import JSON, CheckConstraint, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.audit import trail
from app.database import Base, Key, db, read_locked
from app.errors import DomainError

ARTICLE, APPEAL = "article", "appeal"


class Versioned:
    """What an article and an appeal have in common: every version of what an editor may change of it is stored.

    `versioned_as` is the kind under which its versions are stored; `edited_fields` is what a version holds.
    """

    versioned_as: ClassVar[str]
    edited_fields: ClassVar[tuple[str, ...]]
    if TYPE_CHECKING:
        id: Mapped[int]
        version: Mapped[int]
        updated_at: Mapped[datetime]


class Version(Base):
    """One version. `subject_id` is the article's or the appeal's id, `number` what its `version` was then.

    `content` has every field that can be edited, as JSON; `written_by` is an editor's address, or says which command
    it was. The database refuses to change or delete one.
    """

    __tablename__ = "versions"
    __table_args__ = (
        CheckConstraint("kind IN ('article', 'appeal')", name="kind"),
        CheckConstraint("number > 0", name="number"),
        UniqueConstraint("kind", "subject_id", "number", name="uq_versions_kind_subject_id_number"),
    )

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int] = mapped_column(Key)
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(String(254))


_INSTANTS, _DAYS = ("posted_at", "event_starts_at", "event_ends_at"), ("starts_on", "ends_on")


def keep(written: Versioned) -> None:
    """Keep what it says now under its version's number, by whoever is at work; the caller commits.

    Called once after every change, with the version's number already raised.
    """
    db.session.flush()
    _keep(written, clock.now(), trail.at_work().by)


def keep_what_is_there(written: Versioned) -> None:
    """Before a change: keep what it says so far, if that was written before versions were kept."""
    known = select(Version.id).where(*_of(written), Version.number == written.version)
    if db.session.scalar(known) is None:
        _keep(written, written.updated_at, trail.OPERATOR.by)


def versions(written: Versioned) -> Sequence[Version]:
    """Every version, the latest first."""
    return db.session.scalars(select(Version).where(*_of(written)).order_by(Version.number.desc())).all()


def version(written: Versioned, number: int) -> Version | None:
    """The version with a number."""
    return db.session.scalar(select(Version).where(*_of(written), Version.number == number))


def content(written: Versioned) -> dict[str, Any]:
    """What it says, field by field, as JSON holds it: instants and days as ISO 8601."""
    found = {name: getattr(written, name) for name in written.edited_fields}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in found.items()}


def fields(version: Version) -> dict[str, Any]:
    """What a version said, with its instants and days as such."""
    return {name: _read(name, value) for name, value in version.content.items()}


def _read(name: str, value: Any) -> Any:
    if value is None or name not in _INSTANTS + _DAYS:
        return value
    return datetime.fromisoformat(value) if name in _INSTANTS else date.fromisoformat(value)


def _keep(written: Versioned, at: datetime, by: str) -> None:
    db.session.add(
        Version(
            kind=written.versioned_as,
            subject_id=written.id,
            number=written.version,
            content=content(written),
            written_at=at,
            written_by=by,
        )
    )
    db.session.flush()


def _of(written: Versioned) -> tuple[Any, Any]:
    return Version.kind == written.versioned_as, Version.subject_id == written.id


Found = TypeVar("Found", bound=Versioned)


class WrittenMeanwhile(DomainError):
    """Somebody else has saved another version since this one was begun."""


def take(written: Found, based_on: int) -> Found:
    """The same, locked and as it is now, to be changed by the caller. Raises `WrittenMeanwhile`.

    `based_on` is the number of the version that the editor had before them.
    """
    model = type(written)
    locked = read_locked(select(model).where(model.id == written.id)).one()
    if locked.version != based_on:
        raise WrittenMeanwhile(f"version {locked.version} was saved after version {based_on}")
    return locked
