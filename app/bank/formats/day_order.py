"""In which order a file writes day, month and year: the one that fits all its days and makes sense of their run."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from app import clock
from app.bank.formats import values
from app.bank.formats.mapping import DAY_FIRST, MONTH_FIRST, YEAR_FIRST

# The British one first.
ORDERS = (DAY_FIRST, YEAR_FIRST, MONTH_FIRST)


def of(cells: Sequence[str]) -> str:
    """The order in which the days of a file can be read: the one in which they run evenly and end by today, else the
    British one; empty when they are no days. A few words among them, such as below a table, are no days; a few days
    that cannot be are refused when they are read."""
    found: dict[str, list[date]] = {}
    for order in ORDERS:
        days = [values.day(cell, order) for cell in cells]
        read = [day for day in days if day is not None]
        unread = [cell for cell, day in zip(cells, days, strict=True) if day is None]
        figures = sum(any(each.isdigit() for each in cell) for cell in unread)
        if read and len(read) >= len(unread) and figures <= len(cells) // 10:
            found[order] = read
    return min(found, key=lambda order: (len(cells) - len(found[order]), *_oddness(found[order])), default="")


def _oddness(days: Sequence[date]) -> tuple[int, int]:
    """How many days are to come, and how often their run turns: few turns are a list in order."""
    runs = [after > before for before, after in pairwise(days) if after != before]
    changes = sum(before != after for before, after in pairwise(runs))
    return sum(day > clock.today() for day in days), changes
