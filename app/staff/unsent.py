"""Forms that could not be taken because whoever sent them had to sign in first: kept for an hour, then gone.

What was typed may be names, addresses and drafts, so a row holds it encrypted, and names the account and the browser
that it is shown to again. The key is made from SECRET_KEY by whoever calls.
"""

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import ForeignKey, LargeBinary, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db

LIFETIME = timedelta(hours=1)

# Of one account; the oldest gives way.
MOST = 20


class UnsentForm(Base):
    """One form. `browser` is a digest of what the browser is known by; `sealed` holds a `Typed`, encrypted."""

    __tablename__ = "unsent_forms"

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    reference: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    browser: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was sent, and where to."""

    why: str
    """Why it was not taken: 'signed-out', 'again' (the sign-in was not fresh), 'outdated' (the page was too old)."""
    path: str
    """The path that it was sent to."""
    page: str
    """The address of the page that shows its form."""
    fields: list[tuple[str, str]]
    with_file: bool
    """Whether a file was sent as well, which is never kept."""


def keep(person_id: int, browser: str, typed: Typed, key: bytes) -> str:
    """Keep a form; its reference. The caller commits."""
    forget_old()
    known = select(UnsentForm.id).where(UnsentForm.person_id == person_id).order_by(UnsentForm.id.desc())
    db.session.execute(delete(UnsentForm).where(UnsentForm.id.in_(db.session.scalars(known.offset(MOST - 1)).all())))
    row = UnsentForm(
        reference=secrets.token_hex(12),
        person_id=person_id,
        browser=_digest(browser),
        sealed=Fernet(key).encrypt(json.dumps(asdict(typed)).encode()),
        stored_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row.reference


def find(reference: str, person_id: int, browser: str, key: bytes) -> Typed | None:
    """What was kept under this reference, for this account in this browser and for nobody else."""
    row = db.session.scalar(
        select(UnsentForm).where(
            UnsentForm.reference == reference,
            UnsentForm.person_id == person_id,
            UnsentForm.browser == _digest(browser),
            UnsentForm.stored_at > clock.now() - LIFETIME,
        )
    )
    if row is None:
        return None
    try:
        held = json.loads(Fernet(key).decrypt(row.sealed))
    except InvalidToken:
        # SECRET_KEY is another one now.
        return None
    return Typed(**{**held, "fields": [(name, value) for name, value in held["fields"]]})


def forget(reference: str, browser: str) -> None:
    """It was sent from this browser. The caller commits."""
    db.session.execute(
        delete(UnsentForm).where(UnsentForm.reference == reference, UnsentForm.browser == _digest(browser))
    )


def forget_old() -> None:
    """Take away what has been kept for long enough. The caller commits."""
    db.session.execute(delete(UnsentForm).where(UnsentForm.stored_at <= clock.now() - LIFETIME))


def _digest(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
