"""Gifts by hand that need somebody, and what a day with them brings into the nightly statement."""

from datetime import timedelta

import pytest

from app import clock
from app.database import writing
from app.offline import expected, paying_in, standing_orders
from app.offline.standing_orders import Promise
from app.reconciliation import daily_statement
from app.reconciliation.exceptions import finding
from tests.cast import an_appeal
from tests.offline.hands import a_cheque, a_count, a_gift_by, a_transfer_booked_early, pounds, the_bank_shows

pytestmark = pytest.mark.usefixtures("app")


def an_order(appeal, *, days):
    day = clock.today() - timedelta(days=days)
    with writing():
        return standing_orders.expect(appeal, Promise(pounds("10"), day.day, day, "Ida Brandt", ""))


def found(kind):
    return [each.reference for each in finding.find() if each.kind == kind]


def test_a_standing_order_is_listed_once_it_is_late_and_until_it_ends():
    appeal = an_appeal()
    an_order(appeal, days=2)
    late = an_order(appeal, days=9)
    assert found("standing order") == [late.reference]
    with writing():
        standing_orders.end(late)
    assert found("standing order") == []


def test_cash_is_listed_once_it_has_lain_for_a_week():
    appeal = an_appeal()
    a_count(appeal, submission="new")
    old = a_count(appeal, day=clock.today() - timedelta(days=8), submission="old")
    assert found("unbanked cash") == [old.reference]


def test_a_transfer_is_listed_once_it_is_days_overdue():
    appeal, today = an_appeal(), clock.today()
    a_gift_by("bank-transfer", appeal, given_on=today - timedelta(days=20), expected_on=today, submission="new")
    late = a_gift_by("bank-transfer", appeal, given_on=today - timedelta(days=20), submission="old")
    assert found("announced transfer") == [late.reference]


def test_a_transfer_that_was_booked_early_is_listed_until_the_bank_shows_it():
    gift = a_transfer_booked_early(an_appeal())
    assert found("transfer booked early") == [gift.reference]
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    assert found("transfer booked early") == []


@pytest.mark.both_databases
def test_the_nightly_statement_tells_gifts_by_hand_from_fees_and_losses():
    appeal = an_appeal()
    a_count(appeal)
    a_gift_by("in-kind", appeal, 12000, submission="kind")
    cheque = a_cheque(appeal)
    with writing():
        paying_in.pay_in([], [cheque], "500123", clock.today())
    the_bank_shows(expected.at_the_bank()[0], "bank:1")
    the_bank_shows(expected.at_the_bank()[0], "bank:2")
    (moved,) = daily_statement.of(clock.today()).moved
    assert (moved.gifts, moved.received, moved.lost) == (2, pounds("158"), pounds("25"))
    assert moved.fees == pounds("0")
