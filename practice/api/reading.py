"""The API's reading half: every collection that Whipround reads, a page or an object at a time, and the balance."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from practice.api import answering, policy
from practice.objects import transactions

api = Blueprint("api", __name__, url_prefix="/v1")
policy.guard(api)

# How each collection's objects are called, and by which name Stripe complains about their id.
KINDS = {
    "balance_transactions": ("balance_transaction", "id"),
    "charges": ("charge", "id"),
    "customers": ("customer", "id"),
    "disputes": ("dispute", "dispute"),
    "events": ("event", "id"),
    "invoice_payments": ("invoice_payment", "invoice_payment"),
    "invoices": ("invoice", "invoice"),
    "mandates": ("mandate", "mandate"),
    "payment_intents": ("payment_intent", "intent"),
    "payment_methods": ("payment_method", "payment_method"),
    "payouts": ("payout", "payout"),
    "prices": ("price", "price"),
    "products": ("product", "id"),
    "refunds": ("refund", "refund"),
    "setup_intents": ("setup_intent", "intent"),
    "subscriptions": ("subscription", "id"),
}


@api.get(f"/<any({', '.join(KINDS)}):plural>")
def list_objects(plural: str) -> ResponseReturnValue:
    """The objects of a collection, newest first."""
    return answering.page_of(KINDS[plural][0])


@api.get(f"/<any({', '.join(KINDS)}):plural>/<reference>")
def retrieve(plural: str, reference: str) -> ResponseReturnValue:
    """One object as it is now."""
    kind, param = KINDS[plural]
    return answering.one_of(lambda db: answering.stored(db, kind, reference, param).body)


@api.get("/balance")
def balance() -> ResponseReturnValue:
    """What Practice Stripe holds, available and pending."""
    with answering.database().open() as db:
        return jsonify(transactions.balance(db))
