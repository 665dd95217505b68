"""Reversing: a mistake is undone by the mirror image of its entry; both stay in the books for everyone to read."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app import clock
from app.database import db
from app.errors import DomainError
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.ledger.posting import Line, Posted, gifts_counted, post
from app.money import Money


class NotReversible(DomainError):
    """The entry is a reversal itself; what it undid is entered again as a new entry."""


def reverse(entry_id: int, *, memo: str, recorded_by: str, occurred_at: datetime | None = None) -> Posted:
    """Undo an entry by its mirror image: the same amounts with their ends swapped, on the day of the correction.

    Reversing it again returns the reversal already there. Raises `LookupError` for an entry that does not exist and
    `NotReversible` for one that is a reversal itself.
    """
    entry = db.session.get(Entry, entry_id)
    if entry is None:
        raise LookupError(f"no entry {entry_id}")
    if entry.reverses_id is not None:
        raise NotReversible(f"entry {entry_id} is a reversal")
    giver, taker = aliased(Account), aliased(Account)
    rows = db.session.execute(
        select(giver.code, taker.code, Transfer.amount_minor, Transfer.currency)
        .join_from(Transfer, giver, giver.id == Transfer.from_account_id)
        .join(taker, taker.id == Transfer.to_account_id)
        .where(Transfer.entry_id == entry_id)
        .order_by(Transfer.line)
    ).all()
    return post(
        f"reversal:{entry_id}",
        [Line(took, gave, Money(minor, currency)) for gave, took, minor, currency in rows],
        kind="reversal",
        subject=entry.subject,
        memo=memo,
        occurred_at=occurred_at or clock.now(),
        recorded_by=recorded_by,
        reverses_id=entry_id,
        gifts=-gifts_counted(entry.kind),
    )
