"""How a dispute ends: won, lost, lost and then overturned, or an inquiry that came to nothing."""

import sqlite3
from typing import Any

from practice import simulated_time, store
from practice.api import parameters
from practice.api.parameters import boolean, text
from practice.api.refusals import Refused
from practice.objects import disputes, transactions
from practice.webhooks.events import BY_ITSELF, Cause, emit

PARAMETERS: parameters.Shape = {
    "evidence": dict.fromkeys(disputes.EVIDENCE, text),
    "expand": parameters.EXPAND,
    "metadata": parameters.METADATA,
    "submit": boolean,
}

OPEN = ("needs_response", "under_review")
INQUIRY = ("warning_needs_response", "warning_under_review")


def answer(db: sqlite3.Connection, dispute: dict[str, Any], given: dict[str, Any], cause: Cause) -> dict[str, Any]:
    """Take in evidence and metadata. Submitted, it is under review; two texts decide it at once, as at Stripe.

    `uncategorized_text` of `winning_evidence` wins and `losing_evidence` loses (docs.stripe.com/testing#evidence).
    """
    _must_be(dispute, *OPEN, *INQUIRY)
    evidence = {name: text or None for name, text in given.get("evidence", {}).items()}
    submits = given.get("submit", bool(evidence))
    details = dispute["evidence_details"]
    news = {
        "evidence": dispute["evidence"] | evidence,
        "evidence_details": {
            **details,
            "has_evidence": details["has_evidence"] or bool(evidence),
            "past_due": submits and simulated_time.now() > details["due_by"],
            "submission_count": details["submission_count"] + submits,
            "submission_method": "manual" if submits else details["submission_method"],
        },
        "metadata": parameters.merged(dispute["metadata"], given.get("metadata")),
        "status": dispute["status"].replace("needs_response", "under_review") if submits else dispute["status"],
    }
    answered = dispute | news
    store.keep(db, answered, due_at=None if answered["status"] == "under_review" else details["due_by"])
    changed = {name: dispute[name] for name in news if dispute[name] != news[name]}
    emit(db, "charge.dispute.updated", answered, cause, previous=changed)
    said = evidence.get("uncategorized_text")
    if submits and said in ("winning_evidence", "losing_evidence"):
        return win(db, answered) if said == "winning_evidence" else lose(db, answered)
    return answered


def win(
    db: sqlite3.Connection, dispute: dict[str, Any], *, amount: int | None = None, fee_back: bool = False
) -> dict[str, Any]:
    """The bank gives the money back: all of it, or `amount` minor units; `fee_back` returns Stripe's fee too.

    A dispute that was lost may be overturned so. An inquiry took nothing, and is just closed.
    """
    if dispute["status"] in INQUIRY:
        return _closed(db, dispute, "warning_closed")
    _must_be(dispute, *OPEN, "lost")
    overturned = dispute["status"] == "lost"
    returned = dispute["amount"] if amount is None else amount
    if not 0 < returned <= dispute["amount"]:
        raise Refused("No more can come back than was disputed, and no less than a penny.", param="amount")
    transaction = transactions.book(
        db,
        dispute,
        "adjustment",
        returned,
        category="dispute_reversal",
        description=f"Chargeback reversal for {dispute['charge']}",
        fee=-disputes.FEE if fee_back else 0,
        fee_for="Dispute fee refund",
    )
    rows = [*dispute["balance_transactions"], transaction]
    won = {**dispute, "balance_transactions": rows, "is_charge_refundable": True, "status": "won"}
    store.keep(db, won)
    emit(db, "charge.dispute.funds_reinstated", won, BY_ITSELF)
    if overturned:
        emit(db, "charge.dispute.updated", won, BY_ITSELF, previous={"status": "lost"})
        return won
    return _closed(db, won, "won")


def lose(db: sqlite3.Connection, dispute: dict[str, Any]) -> dict[str, Any]:
    """The bank keeps the money; an inquiry that nobody answered is just closed."""
    _must_be(dispute, *OPEN, *INQUIRY)
    return _closed(db, dispute, "warning_closed" if dispute["status"] in INQUIRY else "lost")


def escalate(db: sqlite3.Connection, dispute: dict[str, Any]) -> dict[str, Any]:
    """An inquiry becomes a chargeback."""
    _must_be(dispute, *INQUIRY)
    return disputes.escalate(db, dispute)


def _closed(db: sqlite3.Connection, dispute: dict[str, Any], status: str) -> dict[str, Any]:
    closed = {**dispute, "status": status}
    store.keep(db, closed)
    emit(db, "charge.dispute.closed", closed, BY_ITSELF)
    return closed


def _must_be(dispute: dict[str, Any], *statuses: str) -> None:
    if dispute["status"] not in statuses:
        raise Refused(f"This dispute is already closed: its status is {dispute['status']}.")
