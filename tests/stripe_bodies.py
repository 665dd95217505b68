"""Stripe's objects and events as the tests send them: whole enough for what Whipround reads, signed for real."""

import itertools
import json
import time
from typing import Any

from stripe import WebhookSignature

from app.payments.objects import API_VERSION

_numbers = itertools.count(1)
CREATED = 1_782_900_000


def charge(donation: str | None, *, charge_id: str = "ch_1", minor: int = 2500, **changes: Any) -> dict[str, Any]:
    return {
        "id": charge_id,
        "object": "charge",
        "amount": minor,
        "amount_captured": minor,
        "balance_transaction": None,
        "captured": True,
        "created": CREATED,
        "currency": "gbp",
        "livemode": False,
        "metadata": {"donation": donation} if donation else {},
        "paid": True,
        "payment_intent": f"pi_{charge_id}",
        "status": "succeeded",
        **changes,
    }


def intent(donation: str | None, *, charge_id: str = "ch_1", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"pi_{charge_id}",
        "object": "payment_intent",
        "latest_charge": charge_id,
        "metadata": {"donation": donation} if donation else {},
        "status": "succeeded",
        **changes,
    }


def session(donation: str | None, *, charge_id: str = "ch_1", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"cs_{charge_id}",
        "object": "checkout.session",
        "client_reference_id": donation,
        "metadata": {"donation": donation} if donation else {},
        "payment_intent": f"pi_{charge_id}",
        "payment_status": "paid",
        "status": "complete",
        **changes,
    }


def event(kind: str, obj: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": f"evt_{next(_numbers)}",
        "object": "event",
        "api_version": API_VERSION,
        "created": CREATED,
        "data": {"object": obj},
        "livemode": False,
        "type": kind,
        **changes,
    }


def signed(body: dict[str, Any], secret: str, *, at: float | None = None) -> tuple[bytes, dict[str, str]]:
    """A delivery's raw bytes and headers, signed as Stripe signs at the time of each attempt."""
    raw = json.dumps(body, indent=2)
    header = WebhookSignature.generate_signature_header(raw, secret, timestamp=int(at or time.time()))
    return raw.encode(), {"Stripe-Signature": header, "Content-Type": "application/json"}


def subscription(
    plan: str | None, *, subscription_id: str = "sub_1", minor: int = 1000, **changes: Any
) -> dict[str, Any]:
    return {
        "id": subscription_id,
        "object": "subscription",
        "created": CREATED,
        "start_date": CREATED,
        "cancel_at": None,
        "currency": "gbp",
        "customer": f"cus_{subscription_id}",
        "ended_at": None,
        "items": {
            "object": "list",
            "data": [
                {
                    "id": f"si_{subscription_id}",
                    "object": "subscription_item",
                    "current_period_end": CREATED + 2_592_000,
                    "price": {"id": "price_1", "currency": "gbp", "product": "prod_1", "unit_amount": minor},
                    "quantity": 1,
                }
            ],
        },
        "latest_invoice": "in_1",
        "metadata": {"plan": plan} if plan else {},
        "pause_collection": None,
        "status": "active",
        **changes,
    }


def invoice(
    plan: str | None, *, invoice_id: str = "in_1", subscription_id: str = "sub_1", **changes: Any
) -> dict[str, Any]:
    metadata = {"plan": plan} if plan else {}
    return {
        "id": invoice_id,
        "object": "invoice",
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": subscription_id, "metadata": metadata},
        },
        "status": "paid",
        **changes,
    }


def invoice_payment(charge_id: str = "ch_1", *, invoice_id: str = "in_1", **changes: Any) -> dict[str, Any]:
    return {
        "id": f"inpay_{charge_id}",
        "object": "invoice_payment",
        "invoice": invoice_id,
        "payment": {"type": "payment_intent", "payment_intent": f"pi_{charge_id}"},
        "status": "paid",
        **changes,
    }


def transaction(txn_id: str, kind: str, source: str, amount: int, fee: int = 0, *, day: int = 0, **changes: Any):
    """A balance transaction; `day` counts from the charge's."""
    created = CREATED + day * 86_400
    return {
        "id": txn_id,
        "object": "balance_transaction",
        "type": kind,
        "source": source,
        "amount": amount,
        "fee": fee,
        "net": amount - fee,
        "currency": "gbp",
        "created": created,
        "available_on": created + 3 * 86_400,
        **changes,
    }
