"""A charge as Stripe's objects describe it, in our words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import clock
from app.money import Money
from app.payments.transaction import Transaction, read_if_there

# The API version whose bodies we read without asking again; it is the one that the installed library pins.
# Set the same version on the webhook endpoint (docs/operations.md).
API_VERSION = "2026-10-28.endive"

# The key under which a donation's reference travels in the metadata of PaymentIntents, and so of their charges.
DONATION = "donation"


@dataclass(frozen=True, slots=True)
class Charge:
    """Money that a card was charged: how much, when, and the donation that its metadata names, if any.

    A month's payment of a plan names none; `lookup` finds the `plan` through the invoice of `intent_id`.
    `transaction` is the movement on our Stripe account, with its fee; Stripe makes it known a moment after the charge
    (docs.stripe.com/payments/payment-intents/asynchronous-capture). `card_last4` is what givers know their card by; a
    payment by other means has none.
    """

    charge_id: str
    amount: Money
    created_at: datetime
    succeeded: bool
    donation: str | None
    transaction: Transaction | None = None
    intent_id: str | None = None
    plan: str | None = None
    card_last4: str | None = None


def read(body: dict[str, Any]) -> Charge:
    """Read a charge from Stripe's JSON; where its own metadata is silent, that of its expanded PaymentIntent speaks."""
    intent = body.get("payment_intent")
    metadata = body.get("metadata") or {}
    if DONATION not in metadata and isinstance(intent, dict):
        metadata = intent.get("metadata") or {}
    return Charge(
        charge_id=body["id"],
        amount=Money(body["amount_captured"] if body.get("captured") else body["amount"], body["currency"]),
        created_at=clock.from_timestamp(body["created"]),
        succeeded=body["status"] == "succeeded" and bool(body.get("paid")) and bool(body.get("captured")),
        donation=metadata.get(DONATION),
        transaction=read_if_there(body.get("balance_transaction")),
        intent_id=intent.get("id") if isinstance(intent, dict) else intent,
        card_last4=(((body.get("payment_method_details") or {}).get("card") or {}).get("last4") or "")[-4:] or None,
    )
