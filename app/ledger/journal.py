"""The journal, a page at a time: transfers, newest first, of some accounts, some days and some kinds of entry."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from app.database import db
from app.ledger import entries
from app.ledger.accounts import Account
from app.ledger.balances import DailyBalance
from app.ledger.entries import Entry, Transfer
from app.money import Money

_E: Any = Entry.__table__
_T: Any = Transfer.__table__
_DAYS: Any = DailyBalance.__table__
_from, _to = aliased(Account), aliased(Account)
_reversed = aliased(Entry)

PAGE = 50
# A page of few accounts is looked for in the days on which they moved, this many at a time.
_DAYS_AT_ONCE = 60


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which transfers: local days, both included; those that touch one of the accounts' ids (`None`: all); and of
    these kinds of entry, a reversal being of the kind that it undoes (empty: all).

    `only` is a condition on the entries that a package above lays down, for what the ledger does not know itself.
    """

    first: date = date.min
    last: date = date.max
    account_ids: frozenset[int] | None = None
    kinds: Collection[str] = ()
    only: ColumnElement[bool] | None = None


class JournalPosition(NamedTuple):
    """A place in the journal: an entry's day, its number, and a transfer's line."""

    day: date
    entry_id: int
    line: int


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One transfer as the journal shows it."""

    place: JournalPosition
    kind: str
    memo: str
    subject: str
    amount: Money
    from_id: int
    from_code: str
    from_name: str
    to_id: int
    to_code: str
    to_name: str


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Lines, newest first, and from where the pages before and after it are asked for; `None` where there are none."""

    lines: list[JournalLine]
    newer: JournalPosition | None
    older: JournalPosition | None


def page(
    wanted: JournalFilter, *, older_than: JournalPosition | None = None, newer_than: JournalPosition | None = None
) -> JournalPage:
    """The newest lines, or those next to a place on either side."""
    up = newer_than is not None
    start = newer_than if up else older_than
    found, days = lines(wanted), None
    if wanted.account_ids is not None:
        days = _days(wanted, start, up=up)
        found = found.where(_E.c.booked_on.in_(days))
    if start is not None:
        found = found.where(_beyond(start, up=up))
    order = (_E.c.booked_on, _E.c.id, _T.c.line)
    found = found.order_by(*(order if up else [column.desc() for column in order])).limit(PAGE + 1)
    rows = [line_of(row) for row in db.session.execute(found)]
    shown = rows[:PAGE]
    onward = shown[-1].place if len(rows) > PAGE else None
    if onward is None and days is not None and len(days) == _DAYS_AT_ONCE:
        # These days are used up, and there are others.
        onward = JournalPosition(days[-1], 2**62, 0) if up else JournalPosition(days[-1], 0, 0)
    back = (shown[0].place if shown else start) if start is not None else None
    return JournalPage(shown[::-1], onward, back) if up else JournalPage(shown, back, onward)


def lines(wanted: JournalFilter) -> Select[Any]:
    """The statement that reads the wanted lines, in no order yet."""
    found = (
        select(
            _E.c.booked_on,
            _E.c.id,
            _T.c.line,
            _E.c.kind,
            _E.c.memo,
            _E.c.subject,
            _T.c.amount_minor,
            _T.c.currency,
            _from.id,
            _from.code,
            _from.name,
            _to.id,
            _to.code,
            _to.name,
        )
        .join_from(_E, _T, _T.c.entry_id == _E.c.id)
        .join(_from, _from.id == _T.c.from_account_id)
        .join(_to, _to.id == _T.c.to_account_id)
        .where(_E.c.booked_on.between(wanted.first, wanted.last))
    )
    if wanted.account_ids is not None:
        found = found.where(touching(wanted.account_ids))
    if wanted.kinds:
        undone = select(_reversed.id).where(_reversed.id == _E.c.reverses_id, _reversed.kind.in_(wanted.kinds))
        found = found.where(or_(_E.c.kind.in_(wanted.kinds), and_(_E.c.kind == "reversal", undone.exists())))
    if wanted.only is not None:
        found = found.where(wanted.only)
    return found


def touching(account_ids: Collection[int]) -> ColumnElement[bool]:
    """That a transfer has one of these accounts at an end."""
    touches: ColumnElement[bool] = or_(_T.c.from_account_id.in_(account_ids), _T.c.to_account_id.in_(account_ids))
    return touches


def line_of(row: Any) -> JournalLine:
    """A row of `lines` as a line."""
    day, entry_id, line, kind, memo, subject, minor, currency, *ends = row
    return JournalLine(JournalPosition(day, entry_id, line), kind, memo, subject, Money(minor, currency), *ends)


def _beyond(place: JournalPosition, *, up: bool) -> ColumnElement[bool]:
    """That a line comes after a place in the order of reading."""
    terms: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for column, value in zip((_E.c.booked_on, _E.c.id, _T.c.line), place, strict=True):
        terms.append(and_(*same, column > value if up else column < value))
        same.append(column == value)
    # The first condition alone lets the index on the day be used.
    within = _E.c.booked_on >= place.day if up else _E.c.booked_on <= place.day
    return and_(within, or_(*terms))


def _days(wanted: JournalFilter, start: JournalPosition | None, *, up: bool) -> list[date]:
    """The next days on which the accounts moved, in the order of reading."""
    days = (
        select(_DAYS.c.booked_on)
        .distinct()
        .where(_DAYS.c.account_id.in_(wanted.account_ids or ()), _DAYS.c.booked_on.between(wanted.first, wanted.last))
    )
    if start is not None:
        days = days.where(_DAYS.c.booked_on >= start.day if up else _DAYS.c.booked_on <= start.day)
    ordered = days.order_by(_DAYS.c.booked_on if up else _DAYS.c.booked_on.desc())
    return list(db.session.scalars(ordered.limit(_DAYS_AT_ONCE)))


@dataclass(frozen=True, slots=True)
class ReadEntry:
    """An entry with its lines; `reversed_by` is the number of the entry that undid it."""

    entry: Entry
    lines: list[JournalLine]
    reversed_by: int | None
    reason: str | None


def read_entry(number: int, account_ids: Collection[int] | None = None) -> ReadEntry | None:
    """The entry with this number; with accounts given, only what it did to them. `None` when there is nothing."""
    entry = db.session.get(Entry, number)
    if entry is None:
        return None
    found = lines(JournalFilter(account_ids=None if account_ids is None else frozenset(account_ids)))
    rows = db.session.execute(found.where(Entry.__table__.c.id == number).order_by("line"))
    moved = [line_of(row) for row in rows]
    if not moved:
        return None
    reversed_by = db.session.scalar(select(Entry.id).where(Entry.reverses_id == number))
    return ReadEntry(entry, moved, reversed_by, entries.reason_of(number))
