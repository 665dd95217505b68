"""The gateway to Stripe: what Whipround has it make. What it only asks is in `lookup`, how it changes a subscription in
`subscribing`; errors are in our own words."""

import stripe
from stripe import RequestsClient, StripeClient

from app.money import Money
from app.payments import lookup
from app.payments.checkout import Checkout, CheckoutRequest
from app.payments.objects import REFUND, Refund, read_refund
from app.payments.subscribing import Subscribing
from app.payments.trouble import PaymentsRefused, PaymentsUnavailable, translated

__all__ = ["PaymentsRefused", "PaymentsUnavailable", "StripeGateway"]

stripe.enable_telemetry = False

# Seconds to connect, and seconds to wait for an answer; the library's own default is 80 for both.
_TIMEOUT = (3.05, 20)


class StripeGateway(Subscribing):
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
