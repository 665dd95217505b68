"""The gateway to Stripe: what Whipround has it make, and change of a subscription. What it only asks is in `lookup`;
errors are in our own words (`trouble`).
"""

from datetime import datetime
from typing import TYPE_CHECKING

import stripe
from stripe import RequestsClient, StripeClient

from app import clock
from app.money import Money
from app.payments import lookup
from app.payments.checkout import Checkout, CheckoutRequest
from app.payments.lookup import StripeLookup, plain
from app.payments.objects import REFUND, Refund, read_refund
from app.payments.subscription import APPEAL, Subscription, read
from app.payments.trouble import PaymentsRefused, translated

if TYPE_CHECKING:
    from stripe.params import SubscriptionUpdateParams


stripe.enable_telemetry = False

# Seconds to connect, and seconds to wait for an answer; the library's own default is 80 for both.
_TIMEOUT = (3.05, 20)


class StripeGateway(StripeLookup):
    """Everything Whipround asks of Stripe. No call is made inside a database transaction."""

    def __init__(self, secret_key: str, api_base: str | None = None) -> None:
        """`api_base` replaces Stripe's address, for Practice Stripe and for tests."""
        super().__init__(
            StripeClient(
                secret_key,
                base_addresses={"api": api_base} if api_base else {},
                max_network_retries=2,
                http_client=RequestsClient(timeout=_TIMEOUT),
            )
        )

    def open_checkout(self, request: CheckoutRequest, idempotency_key: str) -> Checkout:
        """Open a hosted Checkout Session for a gift; the same key opens the same session.

        Raises `PaymentsUnavailable` or `PaymentsRefused`.
        """
        with translated():
            session = self._client.v1.checkout.sessions.create(request.params(), {"idempotency_key": idempotency_key})
        if not session.url:
            raise PaymentsRefused("Stripe opened a session without a page")
        return Checkout(session.id, session.url, session.expires_at)

    def make_refund(self, charge_id: str, amount: Money, reference: str, idempotency_key: str) -> Refund:
        """Refund a charge in part or in full; the same key refunds once. Raises as `open_checkout` does."""
        with translated():
            made = self._client.v1.refunds.create(
                {
                    "charge": charge_id,
                    "amount": amount.minor,
                    "metadata": {REFUND: reference},
                    "expand": list(lookup.OF_REFUND),
                },
                {"idempotency_key": idempotency_key},
            )
        return read_refund(made.to_dict(for_json=True))

    def change_amount(self, found: Subscription, amount: Money, idempotency_key: str) -> Subscription:
        """Charge another amount from the next payment on; nothing is charged or given back for this month."""
        return self._change(
            found,
            {
                "items": [
                    {
                        "id": found.item_id,
                        "price_data": {
                            "currency": amount.currency,
                            "product": found.product_id,
                            "unit_amount": amount.minor,
                            "recurring": {"interval": "month"},
                        },
                    }
                ],
                "proration_behavior": "none",
            },
            idempotency_key,
        )

    def change_appeal(self, found: Subscription, appeal: str, title: str, idempotency_key: str) -> Subscription:
        """Name another appeal (its reference and title) from the next invoice on; one that is final keeps the old."""
        return self._change(found, {"metadata": {APPEAL: appeal}, "description": title}, idempotency_key)

    def pause(self, found: Subscription, until: datetime, idempotency_key: str) -> Subscription:
        """Collect nothing until an instant: the invoices in between are void
        (docs.stripe.com/billing/subscriptions/pause-payment)."""
        pause: SubscriptionUpdateParams = {
            "pause_collection": {"behavior": "void", "resumes_at": int(until.timestamp())}
        }
        return self._change(found, pause, idempotency_key)

    def resume(self, found: Subscription, idempotency_key: str) -> Subscription:
        """Collect again, from the next payment on."""
        return self._change(found, {"pause_collection": ""}, idempotency_key)

    def cancel(self, found: Subscription, idempotency_key: str) -> Subscription:
        """End it at once: nothing is charged again, and nothing is given back."""
        seen_at = clock.now()
        with translated():
            done = self._client.v1.subscriptions.cancel(
                found.subscription_id, {"prorate": False, "invoice_now": False}, {"idempotency_key": idempotency_key}
            )
        return read(plain(done), seen_at)

    def card_page(self, customer_id: str, return_url: str) -> str:
        """The address of Stripe's own page where this customer gives a new card and nothing else; it lives for
        minutes. Afterwards the donor comes back to `return_url`."""
        with translated():
            session = self._client.v1.billing_portal.sessions.create(
                {
                    "customer": customer_id,
                    "return_url": return_url,
                    "flow_data": {
                        "type": "payment_method_update",
                        "after_completion": {"type": "redirect", "redirect": {"return_url": return_url}},
                    },
                }
            )
        return str(session.url)

    def _change(self, found: Subscription, wanted: "SubscriptionUpdateParams", idempotency_key: str) -> Subscription:
        seen_at = clock.now()
        with translated():
            done = self._client.v1.subscriptions.update(
                found.subscription_id, wanted, {"idempotency_key": idempotency_key}
            )
        return read(plain(done), seen_at)
