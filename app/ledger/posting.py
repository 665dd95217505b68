"""Posting: the one way into the books. A known source posts nothing twice; a mistake is reversed, never mended.

The ids of the accounts that are named, the day that counts, and what a source has posted before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Table, bindparam, event, insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, SessionTransaction, aliased

from app import clock
from app.database import db
from app.errors import DomainError
from app.ledger import accounts, balances, entries, in_hand
from app.ledger.accounts import Account
from app.ledger.closing import ClosedThrough
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
_CLOSED = select(ClosedThrough.day).where(ClosedThrough.id == 1).with_for_update(read=True)
_GIVER, _TAKER = aliased(Account), aliased(Account)
_MOVED_BY = (
    select(
        Entry.id,
        Entry.subject,
        _GIVER.code.label("from_code"),
        _TAKER.code.label("to_code"),
        Transfer.amount_minor,
        Transfer.currency,
    )
    .join(Transfer, (Transfer.entry_id == Entry.id) & (Transfer.line == 1))
    .join(_GIVER, _GIVER.id == Transfer.from_account_id)
    .join(_TAKER, _TAKER.id == Transfer.to_account_id)
    .where(Entry.source == bindparam("source"))
)


# An account is never deleted and its code never changes, so a connection to the database remembers the ids it has seen
# for as long as it lives; a database that is put in another's place has connections of its own. What a transaction
# looks up may be what it has opened itself, so it is remembered only once that has been committed.
_KNOWN = "account_ids"


@dataclass(slots=True)
class _LookedUp:
    """What a transaction has looked up, and where its connection remembers it after the commit."""

    known: dict[str, int]
    new: dict[str, int]


def account_id(code: str, currency: str) -> int:
    """The id of the account that a transfer in `currency` names: by a name of the chart, without its currency
    (`assets:stripe`), which is opened when it is first needed, or by the whole code of an account that is open.

    Raises `KeyError` when there is no such account.
    """
    whole = f"{code}:{currency}" if code in accounts.CHART else code
    known = db.session.connection().info.setdefault(_KNOWN, {})
    if whole in known:
        return int(known[whole])
    new: dict[str, int] = db.session.info.setdefault(_KNOWN, _LookedUp(known, {})).new
    if whole not in new:
        new[whole] = _find_or_open(whole, currency)
    return new[whole]


def _find_or_open(code: str, currency: str) -> int:
    found = db.session.scalar(accounts.FIND_ID, {"code": code})
    if found is not None:
        return int(found)
    kind, title = accounts.CHART[code.removesuffix(f":{currency}")]
    return accounts.open_account(code, kind, title, currency)


@event.listens_for(db.session, "after_commit")
def _remember(session: Session) -> None:
    # A savepoint that is released is no commit yet.
    if not session.in_nested_transaction() and (looked_up := session.info.pop(_KNOWN, None)):
        looked_up.known.update(looked_up.new)


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, _previous: SessionTransaction) -> None:
    session.info.pop(_KNOWN, None)


@dataclass(frozen=True, slots=True)
class Line:
    """One transfer to post: an amount from one account to another, both of the amount's currency.

    An account is named by its whole code (`income:appeal:9f2c:gbp`), or, one that all have, by its name in the chart:
    `Line("assets:stripe", "expenses:card-fees", fee)`.
    """

    from_code: str
    to_code: str
    amount: Money

    def move(self) -> balances.Move:
        """The same with the accounts' ids; opens an account of the chart that is new. Raises `KeyError`."""
        currency = self.amount.currency
        ends = account_id(self.from_code, currency), account_id(self.to_code, currency)
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
    Raises `in_hand.BelowZero` for what would take more cash or cheques than are in hand, and `KeyError` for an
    account that is not open.
    """
    if not lines:
        raise ValueError("an entry has at least one transfer")
    moves = [line.move() for line in lines]
    booked_on = _booked_on(clock.local_day(occurred_at))
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
    given = gifts_counted(kind) if gifts is None else gifts
    # What Stripe holds is not in hand, and its events must be booked quickly.
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


def gifts_counted(kind: str) -> int:
    """How many gifts an entry of this kind is: one or none."""
    return 1 if kind in entries.COUNTED else 0


def _booked_on(day: date) -> date:
    """The local day on which something of `day` is booked now: that day, or the first one after the closed months.

    The month that is running cannot be closed, so for its days, which are nearly all there are, nothing is asked.
    """
    if day >= clock.today().replace(day=1):
        return day
    closed: date | None = db.session.scalar(_CLOSED)
    return day if closed is None or closed < day else closed + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FirstTransfer:
    """The first transfer of an entry: from which account to which, how much, and what the entry was about."""

    entry_id: int
    from_code: str
    to_code: str
    amount: Money
    subject: Subject


def moved_by(source: str) -> FirstTransfer | None:
    """What the entry with this source moved, or `None` when nothing has been posted for it."""
    row = db.session.execute(_MOVED_BY, {"source": source}).first()
    if row is None:
        return None
    amount = Money(row.amount_minor, row.currency)
    return FirstTransfer(row.id, row.from_code, row.to_code, amount, row.subject)
