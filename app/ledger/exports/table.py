"""A table to write: its columns, its rows as they come, and the control totals that go with it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

# Told, now and then, how many rows have been written so far.
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Table:
    """The `rows` in the order of `columns`, as text, or as whole numbers: amounts as '-12.50', days as '2026-07-01'.

    `amounts` and `days` are the places of the columns that hold those; `count` is how many rows will come. `control`
    are the control totals, each a few words and figures. Text that could begin a formula comes guarded. `as_csv` are
    the same rows as pieces of CSV, each with how many it holds, where the database can write them itself.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[str | int]]
    count: int
    amounts: frozenset[int]
    days: frozenset[int]
    control: Sequence[Sequence[str]]
    as_csv: Iterator[tuple[int, bytes]] | None = None


def nobody(_rows: int) -> None:
    """Progress that nobody watches."""
