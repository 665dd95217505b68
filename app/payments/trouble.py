"""Trouble with Stripe, in the house's own words: the library's exceptions are translated here and nowhere else."""

import stripe

from app.errors import DomainError


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


class translated:  # noqa: N801 - it reads as a word in `with translated():`
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
