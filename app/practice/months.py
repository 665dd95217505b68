"""Months as Stripe counts them: from an anchor, to the same day and second, or a shorter month's last day."""

import calendar

from app import clock


def later(anchor: int, months: int) -> int:
    """Unix seconds `months` after `anchor`: the 31st becomes the 28th in February, and the 31st again in March.

    Stripe's rule for `billing_cycle_anchor` (docs.stripe.com/billing/subscriptions/billing-cycle), in UTC.
    """
    first = clock.from_timestamp(anchor)
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    day = min(first.day, calendar.monthrange(year, month + 1)[1])
    return int(first.replace(year=year, month=month + 1, day=day).timestamp())


def next_after(anchor: int, moment: int, step: int = 1) -> int:
    """The first return of `anchor`, every `step` months, that comes after `moment`."""
    count = step
    while later(anchor, count) <= moment:
        count += step
    return later(anchor, count)
