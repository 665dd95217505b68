"""The quiet parts of refunds and payouts, as in `shapes`."""

from typing import Any

from practice import simulated_time, store

_DAY = 24 * 60 * 60


def refund() -> dict[str, Any]:
    """What a Refund holds beside its amount and its outcome; the reference number comes days later at Stripe."""
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    empty = "customer customer_account receipt_number source_transfer_reversal transfer_reversal"
    return {
        **dict.fromkeys(empty.split()),
        "object": "refund",
        "destination_details": {"card": card, "type": "card"},
    }


def payout(amount: int, currency: str, given: dict[str, Any], *, automatic: bool) -> dict[str, Any]:
    """A Payout that has just been made; a manual one can never be reconciled with its transactions."""
    empty = (
        "application_fee application_fee_amount balance_transaction failure_balance_transaction failure_code "
        "failure_message original_payout payout_method reversed_by"
    )
    created = simulated_time.now()
    return {
        **dict.fromkeys(empty.split()),
        "id": store.mint("po"),
        "object": "payout",
        "amount": amount,
        "arrival_date": created // _DAY * _DAY + 2 * _DAY,
        "automatic": automatic,
        "created": created,
        "currency": currency,
        "description": given.get("description"),
        "destination": "ba_1TillTheOnlyBankAccount",
        "livemode": False,
        "metadata": given.get("metadata", {}),
        "method": "standard",
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "source_type": "card",
        "statement_descriptor": given.get("statement_descriptor"),
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
    }
