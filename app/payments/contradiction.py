"""Contradictions: what Stripe tells anew, and otherwise than before. None is ever applied; somebody has to look."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import String, Text, UniqueConstraint, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.database import Base, Key, db

# What was told otherwise: an event with a known id, or a charge that the books have.
EVENT, CHARGE = "event", "charge"

# Fields named at most; the first ones say enough.
_NAMED = 5


class Contradiction(Base):
    """Something that Stripe told twice, and the second time otherwise. `what` says in which way, in words that name
    nobody; `facts_sha256` is the hash of what was told, so that the same contradiction is noted once."""

    __tablename__ = "stripe_contradictions"
    __table_args__ = (UniqueConstraint("kind", "name", "facts_sha256"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(80))
    what: Mapped[str] = mapped_column(Text)
    facts_sha256: Mapped[str] = mapped_column(String(64))
    noticed_at: Mapped[datetime] = mapped_column(index=True)


def note(kind: str, name: str, what: str, facts_sha256: str) -> None:
    """Keep a contradiction, once; the caller commits."""
    db.session.execute(
        postgresql.insert(Contradiction)
        .values(kind=kind, name=name, what=what, facts_sha256=facts_sha256, noticed_at=clock.now())
        .on_conflict_do_nothing(index_elements=["kind", "name", "facts_sha256"])
    )


def every(most: int) -> list[Contradiction]:
    """All of them, the oldest first."""
    return list(db.session.scalars(select(Contradiction).order_by(Contradiction.id).limit(most)))


def number_since(moment: datetime) -> int:
    """How many have been noticed since a moment."""
    seen = select(func.count()).select_from(Contradiction).where(Contradiction.noticed_at >= moment)
    return db.session.scalar(seen) or 0


def fields_that_differ(known: dict[str, Any], delivered: dict[str, Any]) -> str:
    """In which fields two bodies of one event differ, 'data.object.amount, type'; empty when they say the same.

    What Stripe itself changes from one delivery to the next says nothing. An endpoint in another API version is told
    of the same object in other words, which are not compared.
    """
    same_words = known.get("api_version") == delivered.get("api_version")
    compared = ("type", "created", "livemode", *(("data",) if same_words else ()))
    differing = [name for field in compared for name in _differing(known.get(field), delivered.get(field), field)]
    return ", ".join(differing[:_NAMED]) + (" …" if len(differing) > _NAMED else "")


def _differing(known: Any, delivered: Any, name: str) -> Iterator[str]:
    if isinstance(known, dict) and isinstance(delivered, dict):
        for each in sorted(known.keys() | delivered.keys()):
            yield from _differing(known.get(each), delivered.get(each), f"{name}.{each}")
    elif known != delivered:
        yield name
