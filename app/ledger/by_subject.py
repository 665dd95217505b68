"""What some accounts hold, by what it is about: of clearing accounts, on which nothing is meant to stay."""

from typing import NamedTuple

from sqlalchemy import func, select, union_all

from app.database import db
from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer
from app.subject import Subject


class Held(NamedTuple):
    """What entries about one subject have brought to the accounts and not taken away, in minor units."""

    subject: Subject
    currency: str
    minor: int


def held(code: str, subject: Subject | None = None) -> list[Held]:
    """What is not nothing on the accounts whose code begins so, the oldest first; of one subject, or of all.

    It is read from the accounts on, which have few transfers, and not from the entries, which are many: the transfers
    that come and those that go are looked up apart, each along its index.
    """
    ids = db.session.scalars(select(Account.id).where(Account.code.startswith(code, autoescape=True))).all()
    if not ids:
        return []
    came = select(Transfer.entry_id, Transfer.currency, Transfer.amount_minor.label("minor")).where(
        Transfer.to_account_id.in_(ids)
    )
    left = select(Transfer.entry_id, Transfer.currency, -Transfer.amount_minor).where(Transfer.from_account_id.in_(ids))
    moved = union_all(came, left).subquery()
    minor = func.sum(moved.c.minor)
    found = (
        select(Entry.subject, moved.c.currency, minor)
        .join_from(moved, Entry, Entry.id == moved.c.entry_id)
        .group_by(Entry.subject, moved.c.currency)
        .having(minor != 0)
        .order_by(func.min(Entry.id))
    )
    if subject is not None:
        found = found.where(Entry.subject == subject)
    return [Held(about, currency, int(sum_)) for about, currency, sum_ in db.session.execute(found)]
