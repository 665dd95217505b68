"""Balances: kept in the same transaction as the transfers they sum up, and recomputed by `verify`."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, PrimaryKeyConstraint, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import Base, Key, db

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
    rows = [
        {"account_id": account, "out_minor": going[account], "in_minor": coming[account], "gifts": given[account]}
        for account in sorted(going | coming)
    ]
    days = [{**row, "booked_on": booked_on} for row in rows]
    for day in days:
        del day["gifts"]
    _add(DailyBalance.__table__, ["account_id", "booked_on"], days)
    _add(Balance.__table__, ["account_id"], rows)


def _add(table: Any, keys: list[str], rows: list[dict[str, Any]]) -> None:
    """Add to rows that may not exist yet, in one statement."""
    assert isinstance(table, Table)  # noqa: S101 - the ORM types __table__ too widely
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table).values(rows)
    sums = {column: table.c[column] + insert.excluded[column] for column in rows[0] if column not in keys}
    db.session.execute(insert.on_conflict_do_update(index_elements=keys, set_=sums))


def of(account_ids: Sequence[int]) -> dict[int, Sums]:
    """The sums of the accounts that have ever moved, by account id."""
    table = Balance.__table__
    rows = db.session.execute(
        select(table.c.account_id, table.c.out_minor, table.c.in_minor, table.c.gifts).where(
            table.c.account_id.in_(account_ids)
        )
    )
    return {row.account_id: Sums(row.out_minor, row.in_minor, row.gifts) for row in rows}
