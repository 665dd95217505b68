"""Disputes: a payer's bank takes a payment back, or first only asks about it."""

import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.objects import transactions
from practice.objects.intents import Means
from practice.webhooks.events import BY_ITSELF, emit

# Stripe's price for a dispute in the United Kingdom, in minor units.
FEE = 2000

_DAY = 24 * 60 * 60

# What may be said in answer to a dispute; names of files are taken as they come, because no files are kept here.
_EVIDENCE = (
    "access_activity_log billing_address cancellation_policy cancellation_policy_disclosure cancellation_rebuttal "
    "customer_communication customer_email_address customer_name customer_purchase_ip customer_signature "
    "duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id product_description receipt "
    "refund_policy refund_policy_disclosure refund_refusal_explanation service_date service_documentation "
    "shipping_address shipping_carrier shipping_date shipping_documentation shipping_tracking_number "
    "uncategorized_file uncategorized_text"
)
EVIDENCE = tuple(_EVIDENCE.split())


def as_the_test_wants(db: sqlite3.Connection, charge: dict[str, Any], means: Means | None) -> dict[str, Any]:
    """Dispute the charge if its test card or account is one of those that do; the charge as it is then."""
    return begin(db, charge, means.dispute) if means and means.dispute else charge


def begin(db: sqlite3.Connection, charge: dict[str, Any], case: str) -> dict[str, Any]:
    """Open a dispute: a `chargeback` takes the money and a fee at once, an `inquiry` nothing. That of a `debit` is
    final: it is lost as soon as it is there. The disputed charge."""
    disputed = {**charge, "disputed": True}
    store.keep(db, disputed)
    dispute = _body(charge, case)
    store.keep(db, dispute, due_at=dispute["evidence_details"]["due_by"])
    if case == "inquiry":
        emit(db, "charge.dispute.created", dispute, BY_ITSELF)
    else:
        withdrawn = _taken(db, dispute)
        emit(db, "charge.dispute.created", withdrawn, BY_ITSELF)
        emit(db, "charge.dispute.funds_withdrawn", withdrawn, BY_ITSELF)
        if case == "debit":
            store.keep(db, withdrawn)
            emit(db, "charge.dispute.closed", withdrawn, BY_ITSELF)
    return disputed


def escalate(db: sqlite3.Connection, dispute: dict[str, Any]) -> dict[str, Any]:
    """The inquiry became a chargeback: the money is taken, and the answer is due anew."""
    before = {"status": dispute["status"], "is_charge_refundable": True}
    taken = _taken(db, {**dispute, "status": "needs_response", "is_charge_refundable": False} | _details("chargeback"))
    emit(db, "charge.dispute.updated", taken, BY_ITSELF, previous=before)
    emit(db, "charge.dispute.funds_withdrawn", taken, BY_ITSELF)
    return taken


def fresh(db: sqlite3.Connection, dispute: dict[str, Any]) -> dict[str, Any]:
    """The dispute with its balance transactions as they are now: their money may have become available."""
    rows = [store.look_up(db, row["id"]) or row for row in dispute["balance_transactions"]]
    return {**dispute, "balance_transactions": rows}


def _taken(db: sqlite3.Connection, dispute: dict[str, Any]) -> dict[str, Any]:
    """Take the disputed sum and the fee off the balance."""
    transaction = transactions.book(
        db,
        dispute,
        "adjustment",
        -dispute["amount"],
        category="dispute",
        description=f"Chargeback withdrawal for {dispute['charge']}",
        fee=FEE,
        fee_for="Dispute fee",
    )
    taken = {**dispute, "balance_transactions": [*dispute["balance_transactions"], transaction]}
    store.keep(db, taken, due_at=dispute["evidence_details"]["due_by"])
    return taken


def _details(case: str) -> dict[str, Any]:
    if case == "debit":
        return {"payment_method_details": None}
    card = {"brand": "visa", "case_type": case, "network": "visa", "network_reason_code": "10.4"}
    return {"payment_method_details": {"card": card, "type": "card"}}


def _body(charge: dict[str, Any], case: str) -> dict[str, Any]:
    inquiry, created = case == "inquiry", simulated_time.now()
    return {
        "id": store.mint("du"),
        "object": "dispute",
        "amount": charge["amount"] - charge["amount_refunded"],
        "balance_transactions": [],
        "charge": charge["id"],
        "created": created,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            # The end of the ninth day: a bank gives from one to three weeks.
            "due_by": created // _DAY * _DAY + 9 * _DAY - 1,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        **_details(case),
        "reason": "debit_not_authorized" if case == "debit" else "fraudulent",
        "status": {"inquiry": "warning_needs_response", "debit": "lost"}.get(case, "needs_response"),
    }
