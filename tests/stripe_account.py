"""A whole Stripe account in memory: gifts, refunds, disputes and payouts with their movements, and its list of events.

It answers as the gateway does, from bodies in the shapes of Stripe's own, and refuses to be asked in a transaction.
"""

import itertools
import threading
from copy import deepcopy
from typing import Any

from app.database import db
from app.payments import objects, payout
from app.payments.objects import REFUND
from app.payments.trouble import PaymentsRefused
from tests import stripe_bodies as says

DAY = 86_400


class Account:
    """The account; `fee` is what Stripe keeps of each charge, `now` its own clock in Unix seconds."""

    def __init__(self, *, now: int = says.CREATED, fee: int = 50) -> None:
        self.now, self.fee = now, fee
        self.numbers = itertools.count(1)
        self.charges: dict[str, Any] = {}
        self.refunds: dict[str, Any] = {}
        self.disputes: dict[str, Any] = {}
        self.payouts: dict[str, Any] = {}
        self.transactions: dict[str, Any] = {}
        self.paid_in: dict[str, str] = {}
        self.events: list[dict[str, Any]] = []
        self.keys: dict[str, Any] = {}
        self.refuses_refunds = False
        self.asked = threading.Lock()

    def moves(self, kind: str, source: str | None, amount: int, fee: int = 0, **changes: Any) -> dict[str, Any]:
        """Make a balance transaction."""
        made = {
            "id": f"txn_{next(self.numbers)}",
            "object": "balance_transaction",
            "type": kind,
            "source": source,
            "amount": amount,
            "fee": fee,
            "net": amount - fee,
            "currency": "gbp",
            "created": self.now,
            "available_on": self.now + 3 * DAY,
            **changes,
        }
        self.transactions[made["id"]] = made
        return made

    def happens(self, kind: str, about: dict[str, Any]) -> dict[str, Any]:
        """Make an event of an object as it is now; what becomes of the object later does not change it."""
        made = says.event(kind, deepcopy(about), created=self.now)
        self.events.append(made)
        return made

    def gives(self, reference: str | None, minor: int = 2500) -> dict[str, Any]:
        """A card is charged; its movement is known at once, but the event does not say it."""
        number = next(self.numbers)
        made = says.charge(reference, charge_id=f"ch_{number}", minor=minor, created=self.now)
        self.charges[made["id"]] = made
        self.happens("charge.succeeded", made)
        made["balance_transaction"] = self.moves("charge", made["id"], minor, self.fee)
        self.happens("charge.updated", made)
        return made

    def gives_back(self, charged: dict[str, Any], minor: int, **changes: Any) -> dict[str, Any]:
        """A refund, as the Dashboard makes one."""
        name = f"re_{next(self.numbers)}"
        made = {
            "id": name,
            "object": "refund",
            "amount": minor,
            "currency": "gbp",
            "status": "succeeded",
            "metadata": {},
            "charge": charged,
            "balance_transaction": self.moves("refund", name, -minor),
            "failure_balance_transaction": None,
            **changes,
        }
        self.refunds[name] = made
        self.happens("refund.created", made)
        return made

    def fails(self, refunded: dict[str, Any]) -> None:
        """A refund comes back after all."""
        refunded["status"] = "failed"
        refunded["failure_balance_transaction"] = self.moves("refund_failure", refunded["id"], refunded["amount"])
        self.happens("refund.failed", refunded)

    def disputes_it(self, charged: dict[str, Any], minor: int, fee: int = 2000, **changes: Any) -> dict[str, Any]:
        """A bank takes a charge back, for now."""
        name = f"dp_{next(self.numbers)}"
        made = {
            "id": name,
            "object": "dispute",
            "amount": minor,
            "currency": "gbp",
            "charge": charged,
            "created": self.now,
            "status": "needs_response",
            "reason": "fraudulent",
            "evidence_details": {"due_by": self.now + 14 * DAY},
            "balance_transactions": [self.moves("adjustment", name, -minor, fee)],
            **changes,
        }
        self.disputes[name] = made
        self.happens("charge.dispute.created", made)
        return made

    def decides(self, disputed: dict[str, Any], status: str) -> None:
        """The dispute is lost, or won and the money comes back."""
        disputed["status"] = status
        if status == "won":
            disputed["balance_transactions"].append(self.moves("adjustment", disputed["id"], disputed["amount"]))
        self.happens("charge.dispute.closed", disputed)

    def pays_out(self, *, automatic: bool = True, minor: int | None = None) -> dict[str, Any]:
        """A payout: an automatic one takes along everything that has not left yet."""
        parts = [each for each in self.transactions.values() if each["id"] not in self.paid_in] if automatic else []
        amount = sum(each["net"] for each in parts) if minor is None else minor
        name = f"po_{next(self.numbers)}"
        own = self.moves("payout", name, -amount)
        made = {
            "id": name,
            "object": "payout",
            "amount": amount,
            "currency": "gbp",
            "automatic": automatic,
            "status": "paid",
            "created": self.now,
            "arrival_date": self.now + 2 * DAY,
            "balance_transaction": own,
            "failure_balance_transaction": None,
        }
        self.paid_in |= {each["id"]: name for each in (*parts, own)}
        self.payouts[name] = made
        self.happens("payout.paid", made)
        return made

    def payout_fails(self, paid: dict[str, Any]) -> None:
        """The bank sends a payout back."""
        paid["status"] = "failed"
        paid["failure_balance_transaction"] = self.moves("payout_failure", paid["id"], paid["amount"])
        self.happens("payout.failed", paid)

    def charge(self, charge_id: str):
        """As `Lookup.charge`."""
        _no_transaction()
        return objects.read_charge(self.charges[charge_id])

    def charge_of(self, intent_id: str):
        """As `Lookup.charge_of`."""
        return self.charge(intent_id.removeprefix("pi_"))

    def refund(self, refund_id: str):
        """As `Lookup.refund`."""
        _no_transaction()
        return objects.read_refund(self.refunds[refund_id])

    def refunds_of(self, charge_id: str):
        """As `Lookup.refunds_of`."""
        _no_transaction()
        return [objects.read_refund(each) for each in self.refunds.values() if each["charge"]["id"] == charge_id]

    def dispute(self, dispute_id: str):
        """As `Lookup.dispute`."""
        _no_transaction()
        return objects.read_dispute(self.disputes[dispute_id])

    def payout(self, payout_id: str):
        """As `Lookup.payout`."""
        _no_transaction()
        return payout.read(self.payouts[payout_id])

    def transactions_of(self, payout_id: str):
        """As `Lookup.transactions_of`."""
        _no_transaction()
        named = [name for name, paid in self.paid_in.items() if paid == payout_id]
        return [objects.read_transaction(self.transactions[name]) for name in named]

    def transactions_since(self, since: int):
        """As `Lookup.transactions_since`."""
        for each in reversed(self.transactions.values()):
            if each["created"] >= since:
                _no_transaction()
                yield objects.read_transaction(each)

    def events_since(self, since: int):
        """As `Lookup.events_since`."""
        for each in reversed(self.events):
            if each["created"] >= since:
                _no_transaction()
                yield each

    def make_refund(self, charge_id: str, amount: Any, reference: str, idempotency_key: str):
        """As `Gateway.make_refund`: never more than was charged, and once for each key."""
        _no_transaction()
        with self.asked:
            if idempotency_key not in self.keys:
                before = sum(each.amount.minor for each in self.refunds_of(charge_id) if each.status != "failed")
                charged = self.charges[charge_id]
                if self.refuses_refunds or before + amount.minor > charged["amount"]:
                    raise PaymentsRefused("Stripe refused the call: charge_already_refunded")
                made = self.gives_back(charged, amount.minor, metadata={REFUND: reference})
                self.keys[idempotency_key] = made
            return objects.read_refund(self.keys[idempotency_key])


def _no_transaction() -> None:
    assert not db.session().in_transaction()
