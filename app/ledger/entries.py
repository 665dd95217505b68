"""Entries and their transfers: one thing that happened, and the amounts it moved; never changed, only reversed.

Which kinds of entries count as gifts on the account they come from; the reversal of one takes it away again.

A count of cash (`CASH`) counts as none: nobody knows how many people gave (docs/decisions/0005).
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    String,
    Text,
    delete,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Base, Key, db
from app.subject import Subject


class Entry(Base):
    """One thing that happened, named by its `source`: the movement that caused it, which can post only once.

    `occurred_at` is when it happened, `recorded_at` when we learned of it, `booked_on` the local day it counts for.
    `lines` is how many transfers it has; a trigger refuses one more.
    """

    __tablename__ = "entries"
    __table_args__ = (CheckConstraint("lines >= 1", name="lines"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    source: Mapped[str] = mapped_column(String(160), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[Subject] = mapped_column(index=True)
    memo: Mapped[str] = mapped_column(String(200))
    lines: Mapped[int]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    booked_on: Mapped[date] = mapped_column(index=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("entries.id"), unique=True)
    recorded_by: Mapped[str] = mapped_column(String(80))

    transfers: Mapped[list["Transfer"]] = relationship(order_by="Transfer.line", viewonly=True)


class Transfer(Base):
    """A positive amount moved from one account to another of the same currency inside an entry."""

    __tablename__ = "transfers"
    __table_args__ = (
        PrimaryKeyConstraint("entry_id", "line"),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("from_account_id <> to_account_id", name="ends"),
        CheckConstraint("line >= 1", name="line"),
        ForeignKeyConstraint(
            ["from_account_id", "currency"], ["accounts.id", "accounts.currency"], name="fk_transfers_from"
        ),
        ForeignKeyConstraint(
            ["to_account_id", "currency"], ["accounts.id", "accounts.currency"], name="fk_transfers_to"
        ),
    )

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))
    line: Mapped[int]
    from_account_id: Mapped[int] = mapped_column(Key, index=True)
    to_account_id: Mapped[int] = mapped_column(Key, index=True)
    currency: Mapped[str] = mapped_column(String(3))
    amount_minor: Mapped[int] = mapped_column(Key)


GIFT, CHEQUE, STANDING_ORDER, BANK_TRANSFER, IN_KIND = "gift", "cheque", "standing-order", "bank-transfer", "in-kind"
# A count of cash is nobody's gift; cash from a named person is one.
CASH, NAMED_CASH = "cash", "named-cash"

COUNTED = (GIFT, NAMED_CASH, CHEQUE, STANDING_ORDER, BANK_TRANSFER, IN_KIND)


def subjects(ids: Collection[int]) -> dict[int, Subject]:
    """What these entries are about, by their ids; an entry about nothing is left out."""
    rows = db.session.execute(select(Entry.id, Entry.subject).where(Entry.id.in_(ids), Entry.subject.is_not(None)))
    return {row.id: row.subject for row in rows}


class EntryReason(Base):
    """Why somebody entered or reversed something by hand, in their own words. People write names into reasons, and the
    books are never changed; so the words stand in a table of their own, and can be erased."""

    __tablename__ = "entry_reasons"

    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"), primary_key=True, autoincrement=False)
    reason: Mapped[str] = mapped_column(Text)


def keep_reason(entry_id: int, reason: str) -> None:
    """Keep why an entry was made; the caller commits."""
    db.session.add(EntryReason(entry_id=entry_id, reason=reason))
    db.session.flush()


def reason_of(entry_id: int) -> str | None:
    """Why an entry was made, if anybody said so and it was not erased."""
    found = db.session.get(EntryReason, entry_id)
    return found.reason if found else None


def erase_reason(entry_id: int) -> None:
    """Forget the words; the entry stays. The caller commits."""
    db.session.execute(delete(EntryReason).where(EntryReason.entry_id == entry_id))
