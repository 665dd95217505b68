"""The days that a page is asked for in its address: `?from=2026-07-01&to=2026-07-31`."""

from datetime import date, timedelta

from flask import request

from app import clock


def day_asked(name: str, otherwise: date) -> date:
    """A day from the address; what is no day counts as not asked."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return otherwise


def last_month() -> tuple[date, date]:
    """The first and the last day of the month before the running one."""
    last = clock.today().replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last
