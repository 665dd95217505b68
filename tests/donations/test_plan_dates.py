"""The days of a monthly gift: which payments a pause skips, and which is the next."""

from datetime import UTC, datetime, timedelta

import pytest

from app.donations.plans import dates
from app.donations.plans.plan import ACTIVE, PAUSED, Plan


def at(year, month, day):
    return datetime(year, month, day, 9, 30, tzinfo=UTC)


def a_plan(next_payment_at, started_at=None, **changes):
    return Plan(
        **{"state": ACTIVE, "next_payment_at": next_payment_at, "started_at": started_at or at(2026, 1, 12), **changes}
    )


def paused(plan, months, asked_at):
    plan.state = PAUSED
    plan.paused_until = dates.pause_until(plan.next_payment_at, plan.started_at, months, asked_at=asked_at)
    return plan


def test_a_pause_of_two_months_skips_two_payments_from_the_next_one_on():
    plan = a_plan(at(2026, 12, 12))
    assert dates.if_paused(plan, 2) == ([at(2026, 12, 12), at(2027, 1, 12)], at(2027, 2, 12))
    paused(plan, 2, asked_at=at(2026, 11, 28))
    assert dates.skipped(plan) == [at(2026, 12, 12), at(2027, 1, 12)]
    assert dates.next_taken(plan) == at(2027, 2, 12)


@pytest.mark.parametrize("day", [1, 11, 28])
def test_however_near_the_next_payment_is_a_pause_of_one_month_skips_exactly_one(day):
    plan = paused(a_plan(at(2026, 12, 12)), 1, asked_at=at(2026, 11, 12) + timedelta(days=day))
    assert dates.skipped(plan) == [at(2026, 12, 12)]
    assert dates.next_taken(plan) == at(2027, 1, 12)


def test_once_a_payment_has_been_skipped_it_is_named_no_more():
    plan = paused(a_plan(at(2026, 12, 12)), 2, asked_at=at(2026, 11, 28))
    plan.next_payment_at = at(2027, 1, 12)
    assert dates.skipped(plan) == [at(2027, 1, 12)]
    assert dates.next_taken(plan) == at(2027, 2, 12)


def test_whoever_began_on_the_31st_pays_on_the_last_day_of_a_shorter_month():
    plan = a_plan(at(2027, 2, 28), started_at=at(2026, 12, 31))
    assert dates.if_paused(plan, 2) == ([at(2027, 2, 28), at(2027, 3, 31)], at(2027, 4, 30))


def test_the_28th_of_february_is_not_taken_for_the_last_of_the_month():
    plan = a_plan(at(2027, 2, 28), started_at=at(2026, 11, 28))
    assert dates.if_paused(plan, 1) == ([at(2027, 2, 28)], at(2027, 3, 28))


def test_a_pause_asked_for_again_ends_on_the_same_day_though_a_payment_fell_due_meanwhile():
    asked_at = at(2026, 12, 11)
    first = dates.pause_until(at(2026, 12, 12), at(2026, 1, 12), 3, asked_at=asked_at)
    assert dates.pause_until(at(2027, 1, 12), at(2026, 1, 12), 3, asked_at=asked_at) == first


def test_a_running_gift_skips_nothing_and_one_paused_without_end_has_no_next_payment():
    assert dates.skipped(a_plan(at(2026, 12, 12))) == []
    assert dates.next_taken(a_plan(at(2026, 12, 12))) == at(2026, 12, 12)
    endless = a_plan(at(2026, 12, 12), state=PAUSED)
    assert (dates.skipped(endless), dates.next_taken(endless)) == ([], None)


def test_a_gift_without_a_payment_to_come_has_none_to_skip():
    assert dates.if_paused(a_plan(None), 1) == ([], None)
    ending = a_plan(at(2026, 12, 12), ends_at=at(2026, 12, 12))
    assert dates.if_paused(ending, 1) == ([], None)
