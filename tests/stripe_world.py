"""A gift's whole life at Stripe, as its objects stand at the end: what every knock at the door finds."""

from typing import Any

from app.payments import charge, dispute, payout, refund
from tests import stripe_bodies as says

DAY = 86_400


def transaction(txn_id: str, kind: str, source: str, amount: int, fee: int = 0, *, day: int = 0, **changes: Any):
    """A balance transaction; `day` counts from the charge's."""
    created = says.CREATED + day * DAY
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
        "available_on": created + 3 * DAY,
        **changes,
    }


class Life:
    """One gift of £25: partly refunded twice (the second refund fails later), disputed and lost, paid out and failed.

    It answers what the worker asks with the state at the end of the story, and refuses to be asked inside a
    transaction.
    """

    def __init__(self, reference: str, mark: str) -> None:
        self.mark = mark
        self.charged = says.charge(
            reference,
            charge_id=f"ch_{mark}",
            balance_transaction=transaction(f"txn_{mark}c", "charge", f"ch_{mark}", 2500, 50),
        )
        self.refunds = [self._refund(1, 500), self._refund(2, 300, failed=True)]
        self.disputed = {
            "id": f"dp_{mark}",
            "object": "dispute",
            "amount": 2000,
            "currency": "gbp",
            "charge": self.charged,
            "created": says.CREATED + 20 * DAY,
            "status": "lost",
            "reason": "fraudulent",
            "evidence_details": {"due_by": says.CREATED + 30 * DAY},
            "balance_transactions": [
                transaction(f"txn_{mark}d1", "adjustment", f"dp_{mark}", -2000, 2000, day=20),
                transaction(f"txn_{mark}d2", "adjustment", f"dp_{mark}", 700, day=25),
            ],
        }
        self.paid_out = {
            "id": f"po_{mark}",
            "object": "payout",
            "amount": 2450,
            "currency": "gbp",
            "automatic": True,
            "status": "failed",
            "created": says.CREATED + 3 * DAY,
            "arrival_date": says.CREATED + 5 * DAY,
            "balance_transaction": transaction(f"txn_{mark}p1", "payout", f"po_{mark}", -2450, day=3),
            "failure_balance_transaction": transaction(f"txn_{mark}p2", "payout_failure", f"po_{mark}", 2450, day=6),
        }

    def _refund(self, number: int, amount: int, *, failed: bool = False) -> dict[str, Any]:
        name = f"re_{self.mark}{number}"
        back = transaction(f"txn_{self.mark}f{number}", "refund_failure", name, amount, day=12) if failed else None
        return {
            "id": name,
            "object": "refund",
            "amount": amount,
            "currency": "gbp",
            "status": "failed" if failed else "succeeded",
            "metadata": {},
            "charge": self.charged,
            "balance_transaction": transaction(f"txn_{self.mark}r{number}", "refund", name, -amount, day=10),
            "failure_balance_transaction": back,
        }

    def news(self) -> list[dict[str, Any]]:
        """Every event of this life, in the order in which it happened."""
        intent, session = (
            make(self.charged["metadata"]["donation"], charge_id=f"ch_{self.mark}")
            for make in (says.intent, says.session)
        )
        bare = {**self.charged, "balance_transaction": None}
        first, second = self.refunds
        kinds = [
            ("charge.succeeded", bare),
            ("payment_intent.succeeded", intent),
            ("checkout.session.completed", session),
            ("charge.updated", self.charged),
            ("payout.created", self.paid_out),
            ("payout.paid", self.paid_out),
            ("payout.failed", self.paid_out),
            ("refund.created", first),
            ("charge.refunded", self.charged),
            ("refund.created", second),
            ("refund.updated", second),
            ("refund.failed", second),
            ("charge.dispute.created", self.disputed),
            ("charge.dispute.funds_withdrawn", self.disputed),
            ("charge.dispute.funds_reinstated", self.disputed),
            ("charge.dispute.closed", self.disputed),
        ]
        return [says.event(kind, about, id=f"evt_{self.mark}_{number}") for number, (kind, about) in enumerate(kinds)]

    def charge(self, _charge_id: str):
        """As `Lookup.charge`."""
        _no_transaction()
        return charge.read(self.charged)

    def charge_of(self, _intent_id: str):
        """As `Lookup.charge_of`."""
        return self.charge("")

    def refund(self, refund_id: str):
        """As `Lookup.refund`."""
        _no_transaction()
        return refund.read(next(each for each in self.refunds if each["id"] == refund_id))

    def refunds_of(self, _charge_id: str):
        """As `Lookup.refunds_of`."""
        _no_transaction()
        return [refund.read(each) for each in self.refunds]

    def dispute(self, _dispute_id: str):
        """As `Lookup.dispute`."""
        _no_transaction()
        return dispute.read(self.disputed)

    def payout(self, _payout_id: str):
        """As `Lookup.payout`."""
        _no_transaction()
        return payout.read(self.paid_out)


def _no_transaction() -> None:
    from app.extensions import db

    assert not db.session().in_transaction()
