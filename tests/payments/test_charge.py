"""A charge: what Stripe's JSON says of it, in our words."""

from datetime import UTC, datetime

import pytest

from app.money import Money
from app.payments.objects import Charge, read_charge
from tests.stripe_bodies import charge, intent


def test_a_charge_says_how_much_when_and_for_which_donation():
    assert read_charge(charge("d0c0ffee")) == Charge(
        "ch_1", Money(2500, "gbp"), datetime(2026, 7, 1, 10, 0, tzinfo=UTC), True, "d0c0ffee", intent_id="pi_ch_1"
    )


def test_a_charge_taken_in_part_counts_for_what_was_taken():
    assert read_charge(charge("d", amount_captured=1000)).amount == Money(1000, "gbp")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "pending"},
        {"status": "failed", "paid": False},
        {"paid": False},
        {"captured": False, "amount_captured": 0},
        {"captured": None},
    ],
)
def test_only_money_that_was_taken_has_succeeded(changes):
    found = read_charge(charge("d", **changes))
    assert not found.succeeded
    assert found.amount == Money(2500, "gbp")


@pytest.mark.parametrize(
    ("changes", "donation"),
    [
        ({"metadata": {"donation": "own"}, "payment_intent": intent("intents")}, "own"),
        ({"metadata": {}, "payment_intent": intent("intents")}, "intents"),
        ({"metadata": None, "payment_intent": intent("intents")}, "intents"),
        ({"metadata": {"other": "x"}, "payment_intent": intent("intents")}, "intents"),
        ({"metadata": {}, "payment_intent": {"metadata": None}}, None),
        ({"metadata": {}, "payment_intent": "pi_1"}, None),
        ({"metadata": {}, "payment_intent": None}, None),
        ({"metadata": {}}, None),
    ],
)
def test_where_a_charge_is_silent_its_intent_names_the_donation(changes, donation):
    assert read_charge(charge(None, **changes)).donation == donation
