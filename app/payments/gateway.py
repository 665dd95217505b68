"""The gateway to Stripe: few calls, each with its time-outs and retries, and errors in the house's own words."""

import stripe
from stripe import RequestsClient, StripeClient

from app.errors import DomainError
from app.payments.charge import Charge, read
from app.payments.checkout import Checkout, CheckoutRequest

stripe.enable_telemetry = False

# Seconds to connect, and seconds to wait for an answer; the library's own default is 80 for both.
_TIMEOUT = (3.05, 20)


class PaymentsUnavailable(DomainError):
    """Stripe cannot be reached, or answers that the fault is its own; the same call may work later.

    `outcome_stored` says that Stripe keeps this answer under the idempotency key, so that only a new key helps.
    """

    def __init__(self, *, outcome_stored: bool = False) -> None:
        """The message says nothing of the call, because it is shown to people."""
        super().__init__("the card payment service cannot be reached at the moment")
        self.outcome_stored = outcome_stored


class PaymentsRefused(DomainError):
    """Stripe refuses what we asked; asking again unchanged is of no use."""


class Gateway:
    """Everything Whipround asks of Stripe. No call is made inside a database transaction."""

    def __init__(self, secret_key: str, api_base: str | None = None) -> None:
        """`api_base` replaces Stripe's address, for the practice till and for tests."""
        self._client = StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else {},
            max_network_retries=2,
            http_client=RequestsClient(timeout=_TIMEOUT),
        )

    def open_checkout(self, request: CheckoutRequest, idempotency_key: str) -> Checkout:
        """Open a hosted Checkout Session for a gift; the same key opens the same session.

        Raises `PaymentsUnavailable` or `PaymentsRefused`.
        """
        with _translated():
            session = self._client.v1.checkout.sessions.create(request.params(), {"idempotency_key": idempotency_key})
        if not session.url:
            raise PaymentsRefused("Stripe opened a session without a page")
        return Checkout(session.id, session.url, session.expires_at)

    def charge(self, charge_id: str) -> Charge:
        """The charge as it is now, with its PaymentIntent's metadata."""
        with _translated():
            found = self._client.v1.charges.retrieve(charge_id, {"expand": ["payment_intent"]})
        return read(found.to_dict(for_json=True))

    def charge_of(self, intent_id: str) -> Charge | None:
        """The latest charge of a PaymentIntent as it is now, or `None` while it has none."""
        with _translated():
            intent = self._client.v1.payment_intents.retrieve(intent_id, {"expand": ["latest_charge"]})
        body = intent.to_dict(for_json=True)
        if not isinstance(body.get("latest_charge"), dict):
            return None
        return read({**body["latest_charge"], "payment_intent": {"metadata": body.get("metadata")}})


class _translated:  # noqa: N801 - it reads as a word in `with _translated():`
    """Turn the library's exceptions into the house's, here at the boundary and nowhere else."""

    def __enter__(self) -> None:
        """Nothing is needed before the call."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise the house's exception for the library's."""
        if isinstance(error, stripe.APIError | stripe.IdempotencyError):
            # A failure that Stripe stored, or a key that was used for another request, is mended by a new key alone.
            # A 409 is no such failure: the first call with this key is still running, and a second key would open a
            # second session (docs.stripe.com/api/idempotent_requests).
            stored = isinstance(error, stripe.IdempotencyError) or (error.http_status or 0) >= 500
            raise PaymentsUnavailable(outcome_stored=stored) from error
        if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
            raise PaymentsUnavailable from error
        if isinstance(error, stripe.StripeError):
            raise PaymentsRefused(f"Stripe refused the call: {error.code or type(error).__name__}") from error
