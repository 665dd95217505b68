"""Mandates: the payer's permission to debit a bank account, and whether the bank honours it."""

import secrets
import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.objects.bank_accounts import BACS, BankAccount
from practice.webhooks.events import BY_ITSELF, emit


def given(db: sqlite3.Connection, method_id: str, account: BankAccount) -> tuple[dict[str, Any], bool]:
    """The mandate for the account of a PaymentMethod, and whether it is new."""
    for known in store.every(db, "mandate", payment_method=method_id):
        return known, False
    reference, moment = secrets.token_hex(8).upper(), simulated_time.now()
    details: dict[str, Any] = {"reference": reference, "url": f"https://practice.invalid/mandates/{reference}"}
    if account.kind == BACS:
        details |= {
            "display_name": None,
            "network_status": "pending",
            "revocation_reason": None,
            "service_user_number": None,
        }
    mandate = {
        "id": store.mint("mandate"),
        "object": "mandate",
        # Mandates are not listed at Stripe, and carry no time of their own; the store wants one.
        "created": moment,
        "customer_acceptance": {
            "accepted_at": moment,
            "online": {"ip_address": None, "user_agent": None},
            "type": "online",
        },
        "livemode": False,
        "multi_use": {},
        "payment_method": method_id,
        "payment_method_details": {account.kind: details, "type": account.kind},
        "status": "pending" if account.kind == BACS else "active",
        "type": "multi_use",
    }
    store.keep(db, mandate)
    return mandate, True


def answered(db: sqlite3.Connection, reference: str, *, accepted: bool) -> None:
    """The payer's bank has said what it thinks of the mandate: with Bacs it is told, where it is news."""
    mandate = store.look_up(db, reference)
    status = "active" if accepted else "inactive"
    if mandate is None or mandate["status"] == status:
        return
    changed = {**mandate, "status": status}
    if details := mandate["payment_method_details"].get(BACS):
        network = {**details, "network_status": "accepted" if accepted else "refused"}
        changed["payment_method_details"] = {**mandate["payment_method_details"], BACS: network}
    store.keep(db, changed)
    emit(db, "mandate.updated", changed, BY_ITSELF, previous={"status": mandate["status"]})
