"""On which days a monthly gift is taken: the payments to come, those that a pause skips, and the first after it."""

import calendar
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile

from app.donations.plans.plan import ACTIVE, PAUSED, Plan

# A pause ends this long before the first payment that is taken again, so that the two never meet.
_BEFORE = timedelta(days=1)
# More payments than these are not looked through; no pause that can be chosen here is half as long.
_MOST = 60


def skipped(plan: Plan) -> list[datetime]:
    """The payments that a paused plan will skip; none when nobody knows when the pause ends."""
    until = plan.paused_until
    if plan.state != PAUSED or until is None:
        return []
    return list(takewhile(lambda payment: payment < until, islice(_payments(plan), _MOST)))


def next_taken(plan: Plan) -> datetime | None:
    """When the next payment is taken, a pause counted in; `None` when none is, or nobody knows."""
    if plan.state == ACTIVE:
        return plan.next_payment_at
    gone = skipped(plan)
    return next(islice(_payments(plan), len(gone), None), None) if plan.paused_until else None


def if_paused(plan: Plan, months: int) -> tuple[list[datetime], datetime | None]:
    """What a pause of some months would skip, and the first payment after it; nothing when no payment is to come."""
    coming = list(islice(_payments(plan), months + 1))
    return (coming[:-1], coming[-1]) if coming else ([], None)


def pause_until(next_payment_at: datetime, started_at: datetime, months: int, *, asked_at: datetime) -> datetime:
    """When a pause that was asked for at `asked_at` ends: it skips as many payments as months, from the next one on.

    A pause that is asked for again, because its answer was lost, ends at the same instant even when a payment has
    fallen due meanwhile.
    """
    first = next_payment_at
    while (before := _months_on(first, started_at, -1)) > asked_at:
        first = before
    return _months_on(first, started_at, months) - _BEFORE


def _payments(plan: Plan) -> Iterator[datetime]:
    if plan.next_payment_at is None or plan.started_at is None:
        return
    for months in range(_MOST):
        payment = _months_on(plan.next_payment_at, plan.started_at, months)
        if plan.ends_at is not None and payment >= plan.ends_at:
            return
        yield payment


def _months_on(payment: datetime, started_at: datetime, months: int) -> datetime:
    """The payment some months after another one: on the same day, or on the last day of a shorter month.

    Who began on the 31st pays on the 28th of February and on the 31st of March: the day comes from the beginning, where
    the month at hand was too short for it.
    """
    shortest = payment.day == calendar.monthrange(payment.year, payment.month)[1]
    day = max(payment.day, started_at.day) if shortest else payment.day
    year, month = divmod(payment.year * 12 + payment.month - 1 + months, 12)
    return payment.replace(year=year, month=month + 1, day=min(day, calendar.monthrange(year, month + 1)[1]))
