"""A refund as Stripe's objects describe it, in our words."""

from dataclasses import dataclass
from typing import Any

from app.money import Money
from app.payments import charge as charges
from app.payments.charge import Charge
from app.payments.transaction import Transaction, read_if_there

# The key under which our own reference of a refund travels in its metadata.
REFUND = "refund"


@dataclass(frozen=True, slots=True)
class Refund:
    """Money on its way back to a giver, of one charge. `status` is Stripe's: pending, requires_action, succeeded,
    failed or canceled. `given_back` and `came_back` are the movements it has caused so far."""

    refund_id: str
    reference: str | None
    charge: Charge
    amount: Money
    status: str
    given_back: Transaction | None
    came_back: Transaction | None


def read(body: dict[str, Any]) -> Refund:
    """Read a refund from Stripe's JSON with its charge and its balance transactions expanded."""
    return Refund(
        refund_id=body["id"],
        reference=(body.get("metadata") or {}).get(REFUND),
        charge=charges.read(body["charge"]),
        amount=Money(body["amount"], body["currency"]),
        status=body["status"],
        given_back=read_if_there(body.get("balance_transaction")),
        came_back=read_if_there(body.get("failure_balance_transaction")),
    )
