"""Contention: transactions that post several entries each wait for one another, but never deadlock."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app import clock
from app.database import writing
from app.ledger import accounts, posting, verifying
from app.money import Money

pytestmark = pytest.mark.both_databases


def test_units_that_post_several_entries_in_opposite_orders_do_not_deadlock(app):
    with writing():
        boxes = _boxes(4)

    def post_in(order, name):
        with app.app_context(), writing():
            for step, (giver, taker) in enumerate(order):
                posting.post(
                    f"{name}:{step}",
                    [posting.Line(boxes[giver], boxes[taker], Money(1, "gbp"))],
                    kind="test", subject="test:1", memo="test", occurred_at=clock.now(), recorded_by="test",
                )  # fmt: skip

    orders = [[(0, 1), (2, 3)], [(3, 2), (1, 0)], [(2, 0), (1, 3)]]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: post_in(orders[number % 3], f"unit-{number}"), range(90)))
    assert verifying.faults() == []


def _boxes(number):
    """The codes of so many accounts, opened now."""
    codes = [f"assets:box-{n}:gbp" for n in range(number)]
    for code in codes:
        accounts.open_account(code, "asset", code, "gbp")
    return codes


def fail_after(post):
    post("undone")
    raise posting.SourceConflict


@pytest.mark.usefixtures("app")
def test_what_was_noted_in_a_transaction_that_is_undone_is_never_added():
    with writing():
        boxes = _boxes(2)

    def post(source):
        posting.post(
            source, [posting.Line(*boxes, Money(5, "gbp"))],
            kind="test", subject="test:1", memo="test", occurred_at=clock.now(), recorded_by="test",
        )  # fmt: skip

    with pytest.raises(posting.SourceConflict), writing():
        fail_after(post)
    with writing():
        post("kept")
    assert verifying.faults() == []
