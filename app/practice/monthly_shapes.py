"""The quiet parts of customers and subscriptions, as in `shapes`."""

from typing import Any


def customer() -> dict[str, Any]:
    """What a Customer holds beside who it is."""
    empty = "address currency customer_account default_source description discount email name phone shipping test_clock"
    settings = ("custom_fields", "default_payment_method", "footer", "rendering_options")
    return {
        **dict.fromkeys(empty.split()),
        "object": "customer",
        "balance": 0,
        "delinquent": False,
        "invoice_settings": dict.fromkeys(settings),
        "livemode": False,
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    }


def subscription() -> dict[str, Any]:
    """What a Subscription holds beside its items and its state."""
    empty = (
        "application application_fee_percent billing_cycle_anchor_config billing_thresholds cancel_at canceled_at "
        "customer_account days_until_due default_source ended_at latest_invoice managed_payments "
        "next_pending_invoice_item_invoice on_behalf_of pause_collection pending_invoice_item_interval "
        "pending_setup_intent pending_update schedule test_clock transfer_data trial_end trial_start"
    )
    settings = dict.fromkeys(("account_tax_ids", "custom_fields", "description", "footer"))
    return {
        **dict.fromkeys(empty.split()),
        "object": "subscription",
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_schedules": [],
        "cancel_at_period_end": False,
        "cancellation_details": cancellation(),
        "collection_method": "charge_automatically",
        "default_tax_rates": [],
        "discounts": [],
        "invoice_settings": {**settings, "issuer": {"type": "self"}},
        "livemode": False,
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "status": "active",
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


def cancellation(reason: str | None = None, given: dict[str, Any] | None = None) -> dict[str, Any]:
    """Why a subscription ends, in Stripe's word and the giver's."""
    said = {name: value or None for name, value in (given or {}).items()}
    return {"comment": None, "feedback": None, "feedback_option": None, "reason": reason, **said}
