"""Posting: the one way into the books. A known source posts nothing twice; a mistake is reversed, never mended."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table, bindparam, insert, select
from sqlalchemy.dialects import postgresql

from app import clock
from app.errors import DomainError
from app.extensions import db
from app.ledger import accounts, balances, closing, in_hand
from app.ledger import entries as gifts_of
from app.ledger.entries import Entry, Transfer
from app.money import Money
from app.subject import Subject


class SourceConflict(DomainError):
    """The same source was posted before with different transfers."""


def _table(model: type[Entry] | type[Transfer]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - the ORM types __table__ too widely
    return table


# Built once: to build a statement costs more than to run it (docs/performance.md). SQLite understands PostgreSQL's
# ON CONFLICT as it is.
_ENTRIES, _TRANSFERS = _table(Entry), _table(Transfer)
_ADD_ENTRY = postgresql.insert(_ENTRIES).on_conflict_do_nothing(index_elements=["source"]).returning(_ENTRIES.c.id)
_ADD_TRANSFERS = insert(_TRANSFERS)
_FIND = select(_ENTRIES.c.id).where(_ENTRIES.c.source == bindparam("source"))


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer to post: an amount from one account to another, both of the amount's currency.

    An account is named by its whole code (`income:appeal:9f2c:gbp`), or, one that every house has, by its name in the
    chart: `Line("assets:stripe", "expenses:card-fees", fee)`.
    """

    from_code: str
    to_code: str
    amount: Money

    def move(self) -> balances.Move:
        """The same with the accounts' ids; opens an account of the chart that is new. Raises `KeyError`."""
        currency = self.amount.currency
        ends = accounts.id_of(self.from_code, currency), accounts.id_of(self.to_code, currency)
        return balances.Move(*ends, self.amount.minor)


@dataclass(frozen=True, slots=True)
class Posted:
    """What posting came to: the entry's id, and whether it is new or was there already."""

    entry_id: int
    new: bool


def post(
    source: str,
    lines: Sequence[Line],
    *,
    kind: str,
    subject: Subject,
    memo: str,
    occurred_at: datetime,
    recorded_by: str,
    reverses_id: int | None = None,
    gifts: int | None = None,
) -> Posted:
    """Write one entry in the books.

    `source` names the movement that caused it and posts once: posting it again with the same transfers changes
    nothing and returns the entry already there, so a retry is harmless; with other transfers it raises
    `SourceConflict`. `memo` comes from a fixed vocabulary with references and holds no personal data.
    What happened in a closed month is booked on the first open day. The balances follow when the transaction commits.
    Raises `in_hand.BelowZero` for what would take cash or cheques out of hand that are not there, and `KeyError` for an
    account that is not open.
    """
    if not lines:
        raise ValueError("an entry has at least one transfer")
    moves = [line.move() for line in lines]
    booked_on = closing.first_open(clock.local_day(occurred_at))
    entry_id = db.session.scalar(
        _ADD_ENTRY,
        {
            "source": source,
            "kind": kind,
            "subject": subject,
            "memo": memo,
            "lines": len(lines),
            "occurred_at": occurred_at,
            "recorded_at": clock.now(),
            "booked_on": booked_on,
            "reverses_id": reverses_id,
            "recorded_by": recorded_by,
        },
    )
    if entry_id is None:
        return Posted(_same_as_before(source, lines, moves), new=False)
    db.session.execute(
        _ADD_TRANSFERS,
        [
            {
                "entry_id": entry_id,
                "line": number,
                "from_account_id": move.from_id,
                "to_account_id": move.to_id,
                "currency": line.amount.currency,
                "amount_minor": move.amount_minor,
            }
            for number, (line, move) in enumerate(zip(lines, moves, strict=True), 1)
        ],
    )
    given = gifts_of.gifts_counted(kind) if gifts is None else gifts
    # What Stripe holds is in nobody's hand, and its news has no time to spare.
    if not source.startswith("stripe:"):
        in_hand.check(moves, booked_on)
    balances.move(moves, booked_on, given)
    return Posted(entry_id, new=True)


def find(source: str) -> int | None:
    """The id of the entry that a source has posted, if it has."""
    found: int | None = db.session.scalar(_FIND, {"source": source})
    return found


def _same_as_before(source: str, lines: Sequence[Line], moves: Sequence[balances.Move]) -> int:
    known = db.session.execute(
        select(_TRANSFERS)
        .join(_ENTRIES, _ENTRIES.c.id == _TRANSFERS.c.entry_id)
        .where(_ENTRIES.c.source == source)
        .order_by(_TRANSFERS.c.line)
    ).all()
    before = [(t.from_account_id, t.to_account_id, t.amount_minor, t.currency) for t in known]
    if before != [(*move, line.amount.currency) for line, move in zip(lines, moves, strict=True)]:
        raise SourceConflict(f"{source} was posted before with different transfers")
    return int(known[0].entry_id)
