"""The quiet parts of invoices, as in `shapes`."""

from typing import Any

from practice import simulated_time, store


def invoice() -> dict[str, Any]:
    """What an Invoice holds beside its sum, its lines and its state; no tax, no discount, no shipping."""
    empty = (
        "account_name account_tax_ids application automatically_finalizes_at confirmation_secret custom_fields "
        "customer_account customer_phone customer_shipping default_payment_method default_source description due_date "
        "effective_at footer from_invoice hosted_invoice_url invoice_pdf last_finalization_error latest_revision "
        "next_payment_attempt number on_behalf_of receipt_number rendering shipping_cost shipping_details "
        "statement_descriptor test_clock"
    )
    nothing = (
        "amount_overpaid amount_paid amount_paid_off_stripe amount_shipping attempt_count ending_balance "
        "post_payment_credit_notes_amount pre_payment_credit_notes_amount starting_balance"
    )
    lists = (
        "customer_tax_ids default_tax_rates discounts total_discount_amounts total_pretax_credit_amounts total_taxes"
    )
    return {
        **dict.fromkeys(empty.split()),
        **dict.fromkeys(nothing.split(), 0),
        **{name: [] for name in lists.split()},
        "object": "invoice",
        "account_country": "GB",
        "attempted": False,
        "auto_advance": True,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "collection_method": "charge_automatically",
        "customer_tax_exempt": "none",
        "issuer": {"type": "self"},
        "livemode": False,
        "metadata": {},
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "status": "draft",
        "status_transitions": dict.fromkeys(("finalized_at", "marked_uncollectible_at", "paid_at", "voided_at")),
    }


def invoice_line(item: dict[str, Any], invoice_id: str, description: str) -> dict[str, Any]:
    """The line of an invoice for one item of a subscription."""
    price = item["price"]
    amount = price["unit_amount"] * item["quantity"]
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": item["subscription"],
        "subscription_item": item["id"],
    }
    return {
        "id": store.mint("il"),
        "object": "line_item",
        "amount": amount,
        "currency": price["currency"],
        "description": description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice_id,
        "livemode": False,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": details,
            "type": "subscription_item_details",
        },
        "period": {"end": item["current_period_end"], "start": item["current_period_start"]},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": price["id"], "product": price["product"]},
            "type": "price_details",
            "unit_amount_decimal": price["unit_amount_decimal"],
        },
        "quantity": item["quantity"],
        "quantity_decimal": str(item["quantity"]),
        "subtotal": amount,
        "taxes": [],
    }


def invoice_payment(invoice: dict[str, Any], intent_id: str) -> dict[str, Any]:
    """How an open invoice is going to be paid: by this PaymentIntent."""
    return {
        "id": store.mint("inpay"),
        "object": "invoice_payment",
        "amount_paid": None,
        "amount_requested": invoice["amount_due"],
        "created": simulated_time.now(),
        "currency": invoice["currency"],
        "invoice": invoice["id"],
        "is_default": True,
        "livemode": False,
        "payment": {"payment_intent": intent_id, "type": "payment_intent"},
        "status": "open",
        "status_transitions": {"canceled_at": None, "paid_at": None},
    }
