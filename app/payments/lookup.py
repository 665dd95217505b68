"""Looking things up at Stripe: an event is a knock, and this is how we see who is at the door."""

from collections.abc import Iterator
from typing import Any

from stripe import StripeClient

from app.payments import charge as charges
from app.payments import dispute as disputes
from app.payments import payout as payouts
from app.payments import refund as refunds
from app.payments import transaction as transactions
from app.payments.charge import Charge
from app.payments.dispute import Dispute
from app.payments.payout import Payout
from app.payments.refund import Refund
from app.payments.transaction import Transaction
from app.payments.trouble import translated

# What is fetched along with an object, so that one look is enough.
OF_CHARGE = ("payment_intent", "balance_transaction")
OF_REFUND = (
    "balance_transaction", "failure_balance_transaction", "charge.payment_intent", "charge.balance_transaction",
)  # fmt: skip
OF_DISPUTE = ("charge.payment_intent", "charge.balance_transaction")
OF_PAYOUT = ("balance_transaction", "failure_balance_transaction")


class Lookup:
    """Everything Whipround asks Stripe. Each call raises `PaymentsUnavailable` or `PaymentsRefused`, and none is made
    inside a database transaction."""

    def __init__(self, client: StripeClient) -> None:
        """`client` is the library's, with its time-outs and retries set."""
        self._client = client

    def charge(self, charge_id: str) -> Charge:
        """The charge as it is now, with its PaymentIntent's metadata and, when it is known, its settlement."""
        with translated():
            found = self._client.v1.charges.retrieve(charge_id, {"expand": list(OF_CHARGE)})
        return charges.read(_plain(found))

    def charge_of(self, intent_id: str) -> Charge | None:
        """The latest charge of a PaymentIntent as it is now, or `None` while it has none."""
        with translated():
            intent = self._client.v1.payment_intents.retrieve(
                intent_id, {"expand": ["latest_charge.balance_transaction"]}
            )
        body = _plain(intent)
        if not isinstance(body.get("latest_charge"), dict):
            return None
        return charges.read({**body["latest_charge"], "payment_intent": {"metadata": body.get("metadata")}})

    def refund(self, refund_id: str) -> Refund:
        """The refund as it is now, with its charge and its movements."""
        with translated():
            found = self._client.v1.refunds.retrieve(refund_id, {"expand": list(OF_REFUND)})
        return refunds.read(_plain(found))

    def refunds_of(self, charge_id: str) -> list[Refund]:
        """Every refund of a charge, with its movements."""
        with translated():
            page = self._client.v1.refunds.list(
                {"charge": charge_id, "limit": 100, "expand": [f"data.{each}" for each in OF_REFUND]}
            )
            return [refunds.read(_plain(found)) for found in page.auto_paging_iter()]

    def dispute(self, dispute_id: str) -> Dispute:
        """The dispute as it is now, with its charge and its movements."""
        with translated():
            found = self._client.v1.disputes.retrieve(dispute_id, {"expand": list(OF_DISPUTE)})
        return disputes.read(_plain(found))

    def payout(self, payout_id: str) -> Payout:
        """The payout as it is now, with its movements."""
        with translated():
            found = self._client.v1.payouts.retrieve(payout_id, {"expand": list(OF_PAYOUT)})
        return payouts.read(_plain(found))

    def transactions_of(self, payout_id: str) -> list[Transaction]:
        """Every balance transaction of an automatic payout, the payout's own among them."""
        with translated():
            page = self._client.v1.balance_transactions.list({"payout": payout_id, "limit": 100})
            return [transactions.read(_plain(found)) for found in page.auto_paging_iter()]

    def transactions_since(self, since: int) -> Iterator[Transaction]:
        """The balance transactions made since a Unix time, newest first."""
        with translated():
            page = self._client.v1.balance_transactions.list({"created": {"gte": since}, "limit": 100})
            for found in page.auto_paging_iter():
                yield transactions.read(_plain(found))

    def events_since(self, since: int) -> Iterator[dict[str, Any]]:
        """The events made since a Unix time, newest first, as Stripe's JSON; it keeps them for 30 days."""
        with translated():
            page = self._client.v1.events.list({"created": {"gte": since}, "limit": 100})
            for found in page.auto_paging_iter():
                yield _plain(found)


def _plain(found: Any) -> dict[str, Any]:
    body: dict[str, Any] = found.to_dict(for_json=True)
    return body
