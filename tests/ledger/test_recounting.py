"""Recounting: a gift of several lines counts once for each account it takes from, and its reversal once less."""

import pytest

from app.database import writing
from app.ledger import balances, reversing, verifying
from tests.ledger.entering import enter, held_by_stripe, income

pytestmark = pytest.mark.both_databases


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("reversed_again", [False, True])
def test_lines_beyond_the_first_count_as_gifts_once_for_each_account(reversed_again):
    with writing():
        a, b, stripe = income(), income(appeal="b"), held_by_stripe()
        gift = enter("test:1", [(a, stripe, 100), (b, stripe, 50), (a, stripe, 25)], kind="gift").entry_id
    if reversed_again:
        with writing():
            reversing.reverse(gift, memo="entered twice", recorded_by="test")
    kept = balances.of([a, b])
    assert [kept[account].gifts for account in (a, b)] == ([0, 0] if reversed_again else [1, 1])
    assert [list(found) for found in verifying.balance_differences()] == [[], []]
