"""The long, quiet parts of Stripe's objects: what is always there and nearly always empty.

The keys are those that Stripe documents for the API version of `events.API_VERSION`; a test compares them with the
peer's, where it stands beside the checkout.

The quiet parts of refunds and payouts, as in `shapes`.

The quiet parts of customers and subscriptions, as in `shapes`.
"""

from typing import Any

from practice import simulated_time, store


def price(amount: int, currency: str, product: str, recurring: dict[str, Any] | None) -> dict[str, Any]:
    """A price of `amount` minor units, once or again and again, as Stripe makes it of `price_data`."""
    repeats = {"interval_count": 1, "meter": None, "usage_type": "licensed", **recurring} if recurring else None
    return {
        "id": store.mint("price"),
        "object": "price",
        "active": True,
        "billing_scheme": "per_unit",
        "created": simulated_time.now(),
        "currency": currency,
        "custom_unit_amount": None,
        "livemode": False,
        "lookup_key": None,
        "metadata": {},
        "nickname": None,
        "product": product,
        "recurring": repeats,
        "tax_behavior": "unspecified",
        "tiers_mode": None,
        "transform_quantity": None,
        "type": "recurring" if recurring else "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }


def session() -> dict[str, Any]:
    """What a Checkout Session holds beside what was asked for."""
    empty = (
        "after_expiration allow_promotion_codes client_secret collected_information consent consent_collection "
        "currency_conversion customer customer_account integration_identifier invoice invoice_creation origin_context "
        "payment_intent payment_link payment_method_configuration_details permissions recovered_from "
        "saved_payment_method_options setup_intent shipping_address_collection shipping_cost subscription "
        "wallet_options"
    )
    return {
        **dict.fromkeys(empty.split()),
        "object": "checkout.session",
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "custom_fields": [],
        "customer_creation": "if_required",
        "discounts": [],
        "livemode": False,
        "payment_method_collection": "always",
        "payment_method_options": {},
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "phone_number_collection": {"enabled": False},
        "shipping_options": [],
        "status": "open",
        "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
    }


def payer(address: str, name: str | None = None, postcode: str | None = None) -> dict[str, Any]:
    """A session's `customer_details`: the email address at first, name and postcode once they are given."""
    return {
        "address": place(postcode) if name else None,
        "business_name": None,
        "email": address,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [] if name else None,
    }


def place(postcode: str | None) -> dict[str, Any]:
    """An address of which only the postcode is asked."""
    given = {"country": "GB", "postal_code": postcode} if postcode else {}
    return {**dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state")), **given}


def intent() -> dict[str, Any]:
    """What a PaymentIntent holds beside its amount and its state."""
    empty = (
        "allowed_payment_method_types application application_fee_amount automatic_payment_methods canceled_at "
        "cancellation_reason customer customer_account excluded_payment_method_types last_payment_error latest_charge "
        "managed_payments next_action on_behalf_of payment_method payment_method_configuration_details processing "
        "receipt_email review setup_future_usage shipping statement_descriptor statement_descriptor_suffix "
        "transfer_data transfer_group"
    )
    return {
        **dict.fromkeys(empty.split()),
        "object": "payment_intent",
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": "automatic_async",
        "confirmation_method": "automatic",
        "livemode": False,
        "payment_method_options": {
            "card": {
                "installments": None,
                "mandate_options": None,
                "network": None,
                "request_three_d_secure": "automatic",
            }
        },
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
    }


def charge() -> dict[str, Any]:
    """What a Charge holds beside its amount and its outcome."""
    empty = (
        "application application_fee application_fee_amount balance_transaction customer failure_balance_transaction "
        "failure_code failure_message on_behalf_of radar_options receipt_email receipt_number receipt_url review "
        "shipping source_transfer statement_descriptor statement_descriptor_suffix transfer_data transfer_group"
    )
    return {
        **dict.fromkeys(empty.split()),
        "object": "charge",
        "amount_captured": 0,
        "amount_refunded": 0,
        "calculated_statement_descriptor": "PRACTICE",
        "captured": False,
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "paid": False,
        "refunded": False,
        "status": "failed",
    }


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
        "destination": "ba_1PracticeTheOnlyBankAccount",
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
