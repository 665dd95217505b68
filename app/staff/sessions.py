"""Sessions of people in the office, as rows: a cookie names one, and counts for nothing once its row is gone.

So signing out ends a session also for whoever copied its cookie, and each can be listed and ended by itself.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db

# After this, a session ends even if it is used all the time; it counts from the sign-in with all factors.
LASTS = timedelta(hours=12)

# How exactly `last_seen_at` is kept: not every page that is opened writes a row.
SEEN_EVERY = timedelta(minutes=1)


class StaffSession(Base):
    """One browser in which a person is signed in. `digest` is of the secret in its cookie; `browser`, `system` and
    `network` tell the person which one it is."""

    __tablename__ = "staff_sessions"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str | None] = mapped_column(String(40))
    system: Mapped[str | None] = mapped_column(String(40))
    network: Mapped[str] = mapped_column(String(64))
    signed_in_at: Mapped[datetime] = mapped_column(index=True)
    last_seen_at: Mapped[datetime]


def begin(person_id: int, *, browser: str | None, system: str | None, network: str) -> str:
    """Begin a session; the secret for its cookie, which is kept nowhere else. The caller commits."""
    now, secret = clock.now(), secrets.token_urlsafe(32)
    db.session.execute(delete(StaffSession).where(StaffSession.signed_in_at <= now - LASTS))
    db.session.add(
        StaffSession(
            reference=secrets.token_hex(8),
            person_id=person_id,
            digest=_digest(secret),
            browser=browser,
            system=system,
            network=network,
            signed_in_at=now,
            last_seen_at=now,
        )
    )
    db.session.flush()
    return secret


def find(secret: str | None, person_id: int, idle: timedelta | None) -> StaffSession | None:
    """This person's session that a cookie names, unless it has ended: after `LASTS`, or unused for `idle`."""
    if not secret:
        return None
    now = clock.now()
    row = db.session.scalar(
        select(StaffSession).where(
            StaffSession.digest == _digest(secret),
            StaffSession.person_id == person_id,
            StaffSession.signed_in_at > now - LASTS,
        )
    )
    return None if row is None or (idle is not None and row.last_seen_at <= now - idle) else row


def of(person_id: int) -> Sequence[StaffSession]:
    """A person's sessions that have not ended by their age, the last used first."""
    return db.session.scalars(
        select(StaffSession)
        .where(StaffSession.person_id == person_id, StaffSession.signed_in_at > clock.now() - LASTS)
        .order_by(StaffSession.last_seen_at.desc(), StaffSession.id.desc())
    ).all()


def seen(session_id: int) -> None:
    """It is used now, unless it has ended meanwhile. The caller commits."""
    db.session.execute(update(StaffSession).where(StaffSession.id == session_id).values(last_seen_at=clock.now()))


def end(person_id: int, reference: str) -> bool:
    """End one session of this person; whether there was one. The caller commits."""
    gone = delete(StaffSession).where(StaffSession.person_id == person_id, StaffSession.reference == reference)
    return db.session.scalar(gone.returning(StaffSession.id)) is not None


def end_by(secret: str | None) -> None:
    """End the session that a cookie names, if there is one. The caller commits."""
    db.session.execute(delete(StaffSession).where(StaffSession.digest == _digest(secret or "")))


def end_all(person_id: int, *, but: str | None = None) -> None:
    """End a person's sessions, but not the one whose cookie holds the secret `but`. The caller commits."""
    others = delete(StaffSession).where(StaffSession.person_id == person_id)
    db.session.execute(others.where(StaffSession.digest != _digest(but)) if but else others)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
