"""Sorting a table by its headings: each leads to the list in its order, and pressed again to the opposite one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

ASCENDING: Literal["ascending"] = "ascending"
DESCENDING: Literal["descending"] = "descending"


@dataclass(frozen=True, slots=True)
class Sorting:
    """How one column may be sorted: the name of the order that its heading leads to first, and of the opposite one.
    `first_is` says which way the first one runs."""

    first: str
    second: str
    first_is: Literal["ascending", "descending"]


@dataclass(frozen=True, slots=True)
class SortLink:
    """What a heading needs: where it leads, and how the column is sorted now, in the words of `aria-sort`, or empty."""

    address: str
    now: str


def links(columns: Mapping[str, Sorting], order: str, address: Callable[[str], str]) -> dict[str, SortLink]:
    """The links of a table's headings by column; `order` is the list's, `address` says where the list is in another."""
    found = {}
    for name, each in columns.items():
        now = ""
        if order in (each.first, each.second):
            opposite = DESCENDING if each.first_is == ASCENDING else ASCENDING
            now = each.first_is if order == each.first else opposite
        found[name] = SortLink(address(each.second if order == each.first else each.first), now)
    return found
