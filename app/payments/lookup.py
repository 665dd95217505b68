"""Looking things up at Stripe: an event says that something happened, and this is how we see what."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from stripe import StripeClient

from app import clock
from app.payments import payout as payouts
from app.payments import subscription as subscriptions
from app.payments.objects import (
    Charge,
    Refund,
    StripeDispute,
    Transaction,
    read_charge,
    read_dispute,
    read_refund,
    read_transaction,
)
from app.payments.payout import StripePayout
from app.payments.subscription import Subscription
from app.payments.trouble import translated

# What is fetched along with an object, so that one look is enough.
OF_CHARGE = ("payment_intent", "balance_transaction", "failure_balance_transaction")
OF_REFUND = (
    "balance_transaction",
    "failure_balance_transaction",
    "charge.payment_intent",
    "charge.balance_transaction",
)
OF_DISPUTE = ("charge.payment_intent", "charge.balance_transaction")
OF_SUBSCRIPTION = ("latest_invoice",)
OF_PAYOUT = ("balance_transaction", "failure_balance_transaction")


class StripeLookup:
    """Everything Whipround asks Stripe. Each call raises `PaymentsUnavailable` or `PaymentsRefused`, and none is made
    inside a database transaction."""

    def __init__(self, client: StripeClient) -> None:
        """`client` is the library's, with its time-outs and retries set."""
        self._client = client

    def charge(self, charge_id: str) -> Charge:
        """The charge as it is now, with its PaymentIntent's metadata and, when it is known, its settlement."""
        with translated():
            found = self._client.v1.charges.retrieve(charge_id, {"expand": list(OF_CHARGE)})
        return self._claimed(read_charge(plain(found)))

    def charge_of(self, intent_id: str) -> Charge | None:
        """The latest charge of a PaymentIntent as it is now, or `None` while it has none."""
        with translated():
            intent = self._client.v1.payment_intents.retrieve(
                intent_id,
                {"expand": ["latest_charge.balance_transaction", "latest_charge.failure_balance_transaction"]},
            )
        body = plain(intent)
        if not isinstance(body.get("latest_charge"), dict):
            return None
        whose = {"id": intent_id, "metadata": body.get("metadata")}
        return self._claimed(read_charge({**body["latest_charge"], "payment_intent": whose}))

    def charge_of_invoice(self, invoice_id: str) -> Charge | None:
        """The charge that paid an invoice, or `None` while nothing has."""
        with translated():
            page = self._client.v1.invoice_payments.list({"invoice": invoice_id, "status": "paid", "limit": 10})
        for payment in plain(page)["data"]:
            intent_id = payment["payment"].get("payment_intent")
            if payment["status"] == "paid" and intent_id:
                return self.charge_of(intent_id)
        return None

    def subscription(self, subscription_id: str) -> Subscription:
        """The subscription as it is now."""
        seen_at = clock.now()
        with translated():
            found = self._client.v1.subscriptions.retrieve(subscription_id, {"expand": list(OF_SUBSCRIPTION)})
        return subscriptions.read(plain(found), seen_at)

    def _claimed(self, charge: Charge) -> Charge:
        """The charge with its plan, when it paid a subscription's invoice. Since Stripe's version "basil" neither the
        charge nor its PaymentIntent names the invoice; the invoice's payment names them."""
        if charge.donation is not None or charge.intent_id is None:
            return charge
        with translated():
            page = self._client.v1.invoice_payments.list(
                {"payment": {"type": "payment_intent", "payment_intent": charge.intent_id}, "limit": 1}
            )
            for payment in plain(page)["data"]:
                invoice = self._client.v1.invoices.retrieve(payment["invoice"])
                _subscription, plan, appeal = subscriptions.of_invoice(plain(invoice))
                return replace(charge, plan=plan, appeal=appeal)
        return charge

    def refund(self, refund_id: str) -> Refund:
        """The refund as it is now, with its charge and its movements."""
        with translated():
            found = self._client.v1.refunds.retrieve(refund_id, {"expand": list(OF_REFUND)})
        refund = read_refund(plain(found))
        return replace(refund, charge=self._claimed(refund.charge))

    def refunds_of(self, charge_id: str) -> list[Refund]:
        """Every refund of a charge, with its movements."""
        with translated():
            page = self._client.v1.refunds.list(
                {"charge": charge_id, "limit": 100, "expand": [f"data.{each}" for each in OF_REFUND]}
            )
            found = [read_refund(plain(each)) for each in page.auto_paging_iter()]
        # All of them are of one charge.
        charge = self._claimed(found[0].charge) if found else None
        return [replace(each, charge=charge or each.charge) for each in found]

    def dispute(self, dispute_id: str) -> StripeDispute:
        """The dispute as it is now, with its charge and its movements."""
        with translated():
            found = self._client.v1.disputes.retrieve(dispute_id, {"expand": list(OF_DISPUTE)})
        dispute = read_dispute(plain(found))
        return replace(dispute, charge=self._claimed(dispute.charge))

    def payout(self, payout_id: str) -> StripePayout:
        """The payout as it is now, with its movements."""
        with translated():
            found = self._client.v1.payouts.retrieve(payout_id, {"expand": list(OF_PAYOUT)})
        return payouts.read(plain(found))

    def transactions_of(self, payout_id: str) -> list[Transaction]:
        """Every balance transaction of an automatic payout, the payout's own among them."""
        with translated():
            page = self._client.v1.balance_transactions.list({"payout": payout_id, "limit": 100})
            return [read_transaction(plain(found)) for found in page.auto_paging_iter()]

    def transactions_since(self, since: int) -> Iterator[Transaction]:
        """The balance transactions made since a Unix time, newest first."""
        with translated():
            page = self._client.v1.balance_transactions.list({"created": {"gte": since}, "limit": 100})
            for found in page.auto_paging_iter():
                yield read_transaction(plain(found))

    def events_since(self, since: int) -> Iterator[dict[str, Any]]:
        """The events made since a Unix time, newest first, as Stripe's JSON; it keeps them for 30 days."""
        with translated():
            page = self._client.v1.events.list({"created": {"gte": since}, "limit": 100})
            for found in page.auto_paging_iter():
                yield plain(found)


def plain(found: Any) -> dict[str, Any]:
    """An object of the library as the JSON that it came from."""
    body: dict[str, Any] = found.to_dict(for_json=True)
    return body
