"""Payouts: what is available goes to the bank, and its transactions add up to it, whatever the bank does."""

import pytest
import stripe

from .conftest import a_gift, eventually, movements, press, told, visit


def reconciled(api, reference):
    """The payout once its transactions can be listed for certain."""
    return eventually(
        lambda: (payout := api.v1.payouts.retrieve(reference)).reconciliation_status == "completed" and payout
    )


def adds_up(api, payout):
    """Whether the nets of a payout's other transactions are its amount."""
    rows = api.v1.balance_transactions.list(params={"payout": payout.id, "limit": 100}).data
    assert sum(row.net for row in rows if row.id != payout.balance_transaction) == payout.amount
    assert payout.balance_transaction in [row.id for row in rows]
    return sum(row.net for row in rows) == 0


def held(api):
    """What Practice Stripe holds: available, pending."""
    balance = api.v1.balance.retrieve()
    return balance.available[0].amount, balance.pending[0].amount


def test_money_is_available_after_two_days(api, practice):
    assert held(api) == (0, 0)
    a_gift(api)
    assert held(api) == (0, 2450)
    assert press(practice, "payouts/auto")["payouts"] == []
    press(practice, "clock", advance=2 * 24 * 60 * 60)
    assert held(api) == (2450, 0)


def test_an_automatic_payout_takes_all_that_is_available_and_its_rows_add_up(api, practice):
    gift, _ = a_gift(api), a_gift(api)
    api.v1.refunds.create(params={"charge": gift.id, "amount": 700})
    press(practice, "clock", advance=2 * 24 * 60 * 60)
    (reference,) = press(practice, "payouts/auto")["payouts"]
    a_gift(api)
    payout = api.v1.payouts.retrieve(reference)
    assert (payout.amount, payout.automatic, payout.status) == (4200, True, "pending")
    made = api.v1.events.list(params={"type": "payout.created"}).data[0].data.object
    assert (made.id, made.reconciliation_status) == (reference, "in_progress")
    payout = reconciled(api, reference)
    assert movements(api, payout=reference) == [
        ("charge", 2450, 50),
        ("charge", 2450, 50),
        ("refund", -700, 0),
        ("payout", -4200, 0),
    ]
    assert adds_up(api, payout)
    assert held(api) == (0, 2450)
    assert {"payout.created", "payout.reconciliation_completed"} <= set(told(api))


def test_a_payout_arrives_by_itself_in_time(api, practice):
    a_gift(api)
    (reference,) = press(practice, "payouts/auto", early=1)["payouts"]
    press(practice, "clock", advance=3 * 24 * 60 * 60)
    payout = api.v1.payouts.retrieve(reference)
    assert (payout.status, payout.trace_id.status) == ("paid", "supported")
    assert told(api)[-3:] == ["payout.reconciliation_completed", "payout.paid", "payout.updated"]
    assert [row.id for row in api.v1.payouts.list(params={"status": "paid"}).data] == [reference]
    day = {"gte": payout.arrival_date, "lt": payout.arrival_date + 1}
    assert [row.id for row in api.v1.payouts.list(params={"arrival_date": day}).data] == [reference]


def test_one_that_arrives_early_is_reconciled_all_the_same(api, practice):
    a_gift(api)
    (reference,) = press(practice, "payouts/auto", early=1)["payouts"]
    assert press(practice, f"payouts/{reference}/settle")["status"] == "paid"
    assert adds_up(api, reconciled(api, reference))
    assert visit(f"{practice}/control/payouts/{reference}/settle", {}).status == 409


@pytest.mark.parametrize("paid_before", [False, True])
def test_a_failed_payout_brings_the_money_back_and_the_next_one_takes_it(api, practice, paid_before):
    a_gift(api)
    (reference,) = press(practice, "payouts/auto", early=1)["payouts"]
    if paid_before:
        press(practice, f"payouts/{reference}/settle")
    press(practice, f"payouts/{reference}/fail")
    failed = reconciled(api, reference)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    back = api.v1.balance_transactions.retrieve(failed.failure_balance_transaction)
    assert (back.type, back.reporting_category, back.net) == ("payout_failure", "payout_reversal", 2450)
    assert held(api) == (2450, 0)
    assert "payout.failed" in told(api)
    assert adds_up(api, failed)
    (again,) = press(practice, "payouts/auto")["payouts"]
    assert movements(api, payout=again) == [("payout_failure", 2450, 0), ("payout", -2450, 0)]


def test_what_is_owed_to_stripe_is_fetched_from_the_bank(api, practice):
    a_gift(api, "4000 0000 0000 0259")
    (reference,) = press(practice, "payouts/auto", early=1)["payouts"]
    payout = reconciled(api, reference)
    assert payout.amount == -2050
    assert movements(api, payout=reference)[-1] == ("payout", 2050, 0)
    assert adds_up(api, payout)
    assert held(api) == (0, 0)


def test_a_manual_payout_cannot_be_itemised_but_cancelled(api, practice):
    a_gift(api)
    press(practice, "clock", advance=2 * 24 * 60 * 60)
    payout = api.v1.payouts.create(params={"amount": 1000, "currency": "gbp", "metadata": {"by": "hand"}})
    assert (payout.automatic, payout.reconciliation_status) == (False, "not_applicable")
    with pytest.raises(stripe.InvalidRequestError, match="automatic transfers, not manual"):
        api.v1.balance_transactions.list(params={"payout": payout.id})
    canceled = api.v1.payouts.cancel(payout.id)
    assert canceled.status == "canceled"
    assert movements(api)[-2:] == [("payout", -1000, 0), ("payout_cancel", 1000, 0)]
    assert told(api)[-2:] == ["payout.created", "payout.canceled"]
    with pytest.raises(stripe.InvalidRequestError, match="only be canceled while pending"):
        api.v1.payouts.cancel(payout.id)


@pytest.mark.parametrize(
    ("asked", "code", "param"),
    [
        ({"amount": 2451, "currency": "gbp"}, "balance_insufficient", None),
        ({"amount": 1, "currency": "eur"}, "balance_insufficient", None),
        ({"amount": 0, "currency": "gbp"}, "parameter_invalid_integer", "amount"),
        ({"currency": "gbp"}, "parameter_missing", "amount"),
    ],
)
def test_a_manual_payout_is_refused_as_at_stripe(api, practice, asked, code, param):
    a_gift(api)
    press(practice, "clock", advance=2 * 24 * 60 * 60)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.payouts.create(params=asked)
    assert (refused.value.code, refused.value.param) == (code, param)


def test_the_rows_of_a_payout_that_never_was_are_refused(api):
    with pytest.raises(stripe.InvalidRequestError) as refused:
        api.v1.balance_transactions.list(params={"payout": "po_x"})
    assert (refused.value.code, refused.value.param) == ("resource_missing", "payout")
