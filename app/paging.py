"""A page of a long list, read by keyset: it goes on behind a row that was shown, so that page 400 costs what page 1
costs, and nothing is shown twice or left out when rows come in meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, TypeVarTuple, overload

from sqlalchemy import ColumnElement, Row, Select, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.database import db

PAGE = 50

_T = TypeVar("_T")
_U = TypeVar("_U")
_More = TypeVarTuple("_More")


class Order:
    """The columns that a list runs along, all in one direction; no two rows have all of them alike."""

    def __init__(
        self, *columns: Any, down: bool = True, joined: ColumnElement[bool] | None = None, may_lack: bool = False
    ) -> None:
        """`joined` says which row of the columns' table is which row of the list, where they are of two tables. With
        `may_lack` rows may lack the first column; they come last, in the order of the others."""
        self.columns, self._down, self._joined, self._may_lack = columns, down, joined, may_lack

    def sorted(self, query: Select[*_More], *, backwards: bool = False) -> Select[*_More]:
        """The rows in this order, or in the opposite one."""
        down = self._down is not backwards
        return query.order_by(*(column.desc() if down else column for column in self.columns))

    def beyond(self, key: Sequence[Any], *, backwards: bool = False) -> ColumnElement[bool]:
        """That a row stands behind the place with these values, or before it."""
        here = tuple_(*self.columns)
        there = tuple_(*(literal(value, column.type) for value, column in zip(key, self.columns, strict=True)))
        return here < there if self._down is not backwards else here > there

    def key(self, row: ColumnElement[bool]) -> Sequence[Any] | None:
        """Where a row stands; `None` for one that does not exist or has no place in this order."""
        query = select(*self.columns).where(row)
        found = db.session.execute(query if self._joined is None else query.where(self._joined)).first()
        return None if found is None or None in (found[1:] if self._may_lack else found) else tuple(found)

    def stretches(
        self, rows: Select[*_More], key: Sequence[Any] | None, *, backwards: bool = False
    ) -> list[Select[*_More]]:
        """What is read one after the other, each along its index: all rows beyond the key, or those that have the first
        column and those that lack it."""
        if not self._may_lack:
            beyond = rows if key is None else rows.where(self.beyond(key, backwards=backwards))
            return [self.sorted(beyond, backwards=backwards)]
        first = self.columns[0]
        having, lacking = Order(*self.columns, down=self._down), Order(*self.columns[1:], down=self._down)
        with_it, without_it = rows.where(first.is_not(None)), rows.where(first.is_(None))
        if key is not None and key[0] is None:
            here = lacking.stretches(without_it, key[1:], backwards=backwards)
            return [*here, *having.stretches(with_it, None, backwards=True)] if backwards else here
        here = having.stretches(with_it, key, backwards=backwards)
        return here if backwards else [*here, *lacking.stretches(without_it, None)]


@dataclass(frozen=True, slots=True)
class Page(Generic[_T]):
    """Rows of a list, and the names of those from which the pages on both sides go on; `None` where it ends."""

    rows: list[_T]
    newer: str | None = None
    older: str | None = None


@overload
def page(
    rows: Select[_T],
    order: Order,
    by: InstrumentedAttribute[Any],
    *,
    older: Any = None,
    newer: Any = None,
    most: int | None = None,
) -> Page[_T]: ...
@overload
def page(
    rows: Select[_T, _U, *_More],
    order: Order,
    by: InstrumentedAttribute[Any],
    *,
    older: Any = None,
    newer: Any = None,
    most: int | None = None,
) -> Page[Row[_T, _U, *_More]]: ...
def page(
    rows: Select[*tuple[Any, ...]],
    order: Order,
    by: InstrumentedAttribute[Any],
    *,
    older: Any = None,
    newer: Any = None,
    most: int | None = None,
) -> Page[Any]:
    """At most `most` rows, or `PAGE`: the first ones, or those beyond the row `older`, or before the row `newer`.

    `by` is the column by which addresses name a row; in rows of several columns it is an attribute of the first. A row
    that does not exist is as good as none: the list begins anew.
    """
    most = most or PAGE
    key = order.key(by == (newer or older)) if newer or older else None
    backwards = bool(newer) and key is not None
    whole = len(rows.column_descriptions) == 1
    found: list[Any] = []
    for stretch in order.stretches(rows, key, backwards=backwards):
        if len(found) <= most:
            wanted = stretch.limit(most + 1 - len(found))
            found += db.session.scalars(wanted) if whole else db.session.execute(wanted)
    more, found = len(found) > most, found[:most]
    if not found:
        return Page([])
    before, behind = key is not None, more
    if backwards:
        found.reverse()
        before, behind = more, True
    first, last = (getattr(each if whole else each[0], by.key) for each in (found[0], found[-1]))
    return Page(found, str(first) if before else None, str(last) if behind else None)
