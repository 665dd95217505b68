"""Charges: one for each time that a bank was asked for the money, whether it gave it or not."""

from typing import Any

from practice import simulated_time, store
from practice.objects import intents, shapes
from practice.objects.bank_accounts import BankAccount
from practice.objects.cards import Card


def made(intent: dict[str, Any], method: dict[str, Any], card: Card, payer: intents.Payer) -> dict[str, Any]:
    """The charge that this card brings about, not yet stored: paid, or failed with the bank's reason.

    It copies the PaymentIntent's metadata and description, as at Stripe. Its balance transaction comes later.
    """
    paid = card.code is None
    charge = {
        **_of_intent(intent, method, payer),
        "id": store.mint("ch"),
        "outcome": _outcome(card.code, card.decline_code),
        "payment_method_details": intents.on_charge(card, payer, intent["amount"], authorised=paid),
    }
    if paid:
        return {**charge, "amount_captured": intent["amount"], "captured": True, "paid": True, "status": "succeeded"}
    return {**charge, "failure_code": card.code, "failure_message": card.message}


def pending(
    intent: dict[str, Any], method: dict[str, Any], account: BankAccount, payer: intents.Payer, mandate: str
) -> dict[str, Any]:
    """The charge of a debit that was asked for and has not come, not yet stored."""
    details = {**account.face(), "expected_debit_date": None, "mandate": mandate}
    return {
        **_of_intent(intent, method, payer),
        "id": store.mint("py"),
        "amount_captured": intent["amount"],
        "captured": True,
        "outcome": _outcome(None, None),
        "payment_method_details": {account.kind: details, "type": account.kind},
        "status": "pending",
    }


def debit_error(charge: dict[str, Any], method: dict[str, Any], kind: str) -> dict[str, Any]:
    """The PaymentIntent's `last_payment_error` after a debit failed."""
    return {
        "charge": charge["id"],
        "code": "payment_intent_payment_attempt_failed",
        "decline_code": charge["failure_code"],
        "doc_url": "https://stripe.com/docs/error-codes/payment-intent-payment-attempt-failed",
        "message": charge["failure_message"],
        "payment_method": method,
        "payment_method_type": kind,
        "type": "card_error",
    }


def error(charge: dict[str, Any], method: dict[str, Any], card: Card) -> dict[str, Any]:
    """The PaymentIntent's `last_payment_error` after a charge failed."""
    return {
        "charge": charge["id"],
        "code": card.code,
        "decline_code": card.decline_code,
        "doc_url": f"https://stripe.com/docs/error-codes/{str(card.code).replace('_', '-')}",
        "message": card.message,
        "payment_method": method,
        "payment_method_type": "card",
        "type": "card_error",
    }


def _of_intent(intent: dict[str, Any], method: dict[str, Any], payer: intents.Payer) -> dict[str, Any]:
    return {
        **shapes.charge(),
        "amount": intent["amount"],
        "billing_details": payer.billing(),
        "created": simulated_time.now(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "metadata": dict(intent["metadata"]),
        "payment_intent": intent["id"],
        "payment_method": method["id"],
    }


def _outcome(code: str | None, decline_code: str | None) -> dict[str, Any]:
    paid = code is None
    no_advice = dict.fromkeys(("advice_code", "network_advice_code", "network_decline_code"))
    return {
        **no_advice,
        "network_status": "approved_by_network" if paid else "declined_by_network",
        "reason": None if paid else decline_code or "generic_decline",
        "risk_level": "normal",
        "seller_message": "Payment complete."
        if paid
        else "The bank did not return any further details with this decline.",
        "type": "authorized" if paid else "issuer_declined",
    }
