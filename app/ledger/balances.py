"""Balances: kept in the same transaction as the transfers they sum up, and recomputed by `verify`."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key, db
from app.ledger import announcing

# The one kind of entry that counts as a gift on the account it comes from; its reversal takes the gift away again.
GIFT = "gift"


class Balance(Base):
    """What has left an account (`out_minor`: where it is *from*), what has come in, and how many gifts it had."""

    __tablename__ = "balances"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True, autoincrement=False)
    out_minor: Mapped[int] = mapped_column(Key)
    in_minor: Mapped[int] = mapped_column(Key)
    gifts: Mapped[int]


class DailyBalance(Base):
    """The same sums for one local day, for any day's balance and for charts."""

    __tablename__ = "daily_balances"
    __table_args__ = (PrimaryKeyConstraint("account_id", "booked_on"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    booked_on: Mapped[date]
    out_minor: Mapped[int] = mapped_column(Key)
    in_minor: Mapped[int] = mapped_column(Key)


def _addition(table: Any) -> postgresql.Insert:
    """The statement that adds to a row's sums, or begins the row. SQLite is given the same one and understands it."""
    insert = postgresql.insert(table)
    keys = [column.name for column in table.primary_key]
    sums = {column.name: column + insert.excluded[column.name] for column in table.c if column.name not in keys}
    return insert.on_conflict_do_update(index_elements=keys, set_=sums)


# Built once: to build a statement costs more than to run it (docs/performance.md).
_ADD = _addition(Balance.__table__)
_ADD_TO_DAY = _addition(DailyBalance.__table__)


class Move(NamedTuple):
    """What a transfer does to two balances: `amount_minor` from one account's id to another's."""

    from_id: int
    to_id: int
    amount_minor: int


class Sums(NamedTuple):
    """An account's sums, in minor units of its currency."""

    out_minor: int
    in_minor: int
    gifts: int


def move(moves: Sequence[Move], booked_on: date, gifts: int) -> None:
    """Add an entry's moves to the balances; `gifts` is 1 for a gift, −1 for its reversal, 0 for everything else.

    These rows are hot: this is called last in a transaction, and always in account order, so that two transactions
    can wait for each other but never deadlock.
    """
    going, coming, given = Counter[int](), Counter[int](), Counter[int]()
    for each in moves:
        going[each.from_id] += each.amount_minor
        coming[each.to_id] += each.amount_minor
        if gifts:
            given[each.from_id if gifts > 0 else each.to_id] = gifts
    sums = [
        {"account_id": account, "out_minor": going[account], "in_minor": coming[account]}
        for account in sorted(going | coming)
    ]
    db.session.execute(_ADD_TO_DAY, [{**row, "booked_on": booked_on} for row in sums])
    db.session.execute(_ADD, [{**row, "gifts": given[row["account_id"]]} for row in sums])
    db.session.info[announcing.MOVED] = True


def of(account_ids: Sequence[int]) -> dict[int, Sums]:
    """The sums of the accounts that have ever moved, by account id."""
    table = Balance.__table__
    rows = db.session.execute(
        select(table.c.account_id, table.c.out_minor, table.c.in_minor, table.c.gifts).where(
            table.c.account_id.in_(account_ids)
        )
    )
    return {row.account_id: Sums(row.out_minor, row.in_minor, row.gifts) for row in rows}
