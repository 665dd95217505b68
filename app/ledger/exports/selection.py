"""What is exported: the lines of a time and of some accounts, and what they come to."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    String,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    type_coerce,
    union,
    union_all,
)
from sqlalchemy.sql import Select

from app.ledger.accounts import Account
from app.ledger.entries import Entry, Transfer

_E: Any = Entry.__table__
_T: Any = Transfer.__table__
_A: Any = Account.__table__


@dataclass(frozen=True, slots=True)
class Selection:
    """Local days of booking, both included, and the accounts' ids; `None` for all accounts."""

    from_on: date
    to_on: date
    account_ids: frozenset[int] | None = None


class ExportedTransfer(NamedTuple):
    """One transfer with its entry; days are written as 2026-07-01, instants as 2026-07-01T12:13:00Z."""

    entry_id: int
    booked_on: str
    happened_at: str
    recorded_at: str
    kind: str
    memo: str
    subject: str
    source: str
    line: int
    from_id: int
    to_id: int
    currency: str
    amount_minor: int


class Named(NamedTuple):
    """An account as exports name it."""

    code: str
    name: str
    kind: str
    currency: str


class Total(NamedTuple):
    """A control total: in one currency, how many lines, and what came to the accounts and left them, minor units."""

    currency: str
    lines: int
    in_minor: int
    out_minor: int


def accounts(connection: Connection) -> dict[int, Named]:
    """Every account by its id, in the order of the codes."""
    rows = connection.execute(select(_A.c.id, _A.c.code, _A.c.name, _A.c.kind, _A.c.currency).order_by(_A.c.code))
    return {row[0]: Named(*row[1:]) for row in rows}


def moved(connection: Connection, chosen: Selection, *, whole_entries: bool = False) -> Iterator[ExportedTransfer]:
    """The transfers in the order of their days and entries, one after the other as they are read.

    With accounts chosen, those that touch one of them; with `whole_entries`, all transfers of entries that do.
    """
    sqlite = connection.dialect.name == "sqlite"
    columns = (
        _E.c.id,
        _day(_E.c.booked_on, sqlite),
        _instant(_E.c.occurred_at, sqlite),
        _instant(_E.c.recorded_at, sqlite),
        _E.c.kind,
        _E.c.memo,
        _E.c.subject,
        _E.c.source,
        _T.c.line,
        _T.c.from_account_id,
        _T.c.to_account_id,
        _T.c.currency,
        _T.c.amount_minor,
    )
    found = _within(select(*columns).join(_T, _T.c.entry_id == _E.c.id), chosen, whole_entries)
    for row in connection.execute(found.order_by(_E.c.booked_on, _E.c.id, _T.c.line)):
        yield ExportedTransfer._make(row)


def totals(connection: Connection, chosen: Selection, *, whole_entries: bool = False) -> list[Total]:
    """The control totals of the same lines, a line being one end of a transfer; by currency."""
    ids = None if whole_entries else chosen.account_ids
    ends = []
    for column, coming in ((_T.c.from_account_id, 0), (_T.c.to_account_id, 1)):
        end = select(_T.c.currency, func.count().label("n"), func.sum(_T.c.amount_minor).label("minor"))
        end = end.add_columns(case((_T.c.line > 0, coming)).label("coming")).join(_E, _E.c.id == _T.c.entry_id)
        end = _within(end, chosen, whole_entries).group_by(_T.c.currency, "coming")
        ends.append(end if ids is None else end.where(column.in_(ids)))
    sums: dict[str, list[int]] = {}
    for currency, count, minor, coming in connection.execute(union_all(*ends)):
        total = sums.setdefault(currency, [0, 0, 0])
        total[0] += count
        total[1 if coming else 2] += int(minor)
    return [Total(currency, *sums[currency]) for currency in sorted(sums)]


def accounts_posted_to(connection: Connection, chosen: Selection) -> set[int]:
    """The ids of all accounts that the chosen entries, whole, post to."""
    ends = [
        _within(select(column).join(_E, _E.c.id == _T.c.entry_id), chosen, whole_entries=True)
        for column in (_T.c.from_account_id, _T.c.to_account_id)
    ]
    return {row[0] for row in connection.execute(union(*ends))}


def share(connection: Connection, one: Selection, other: Selection) -> bool:
    """Whether some entry is in both selections."""
    found = select(_E.c.id).join(_T, _T.c.entry_id == _E.c.id)
    for chosen in (one, other):
        found = _within(found, chosen, whole_entries=True)
    return connection.execute(found.limit(1)).first() is not None


def _within(found: Select[Any], chosen: Selection, whole_entries: bool) -> Select[Any]:
    """Leave only what was chosen."""
    found = found.where(_E.c.booked_on.between(chosen.from_on, chosen.to_on))
    if chosen.account_ids is None:
        return found
    if not whole_entries:
        return found.where(_touches(_T, chosen.account_ids))
    other = _T.alias()
    return found.where(
        select(other.c.entry_id).where(and_(other.c.entry_id == _E.c.id, _touches(other, chosen.account_ids))).exists()
    )


def _touches(transfers: Any, ids: frozenset[int]) -> ColumnElement[bool]:
    return or_(transfers.c.from_account_id.in_(ids), transfers.c.to_account_id.in_(ids))


def _day(column: Any, sqlite: bool) -> ColumnElement[str]:
    """A day as text; SQLite keeps it so."""
    return type_coerce(column, String) if sqlite else cast(column, String)


def _instant(column: Any, sqlite: bool) -> ColumnElement[str]:
    """An instant as text, in UTC to the second; SQLite keeps it with a space in its middle, and without the zone."""
    if sqlite:
        text = type_coerce(column, String)
        return func.substr(text, 1, 10) + "T" + func.substr(text, 12, 8) + "Z"
    return func.to_char(func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
