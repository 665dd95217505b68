"""Trouble with Stripe, in our own words: the library's exceptions are translated here and nowhere else."""

import logging

import stripe

from app.errors import DomainError

log = logging.getLogger(__name__)


class PaymentsUnavailable(DomainError):
    """Stripe cannot be reached, does not take our key, or answers that the fault is its own; the same call may work
    later.

    `outcome_stored` says that Stripe keeps this answer under the idempotency key, so that only a new key helps.
    """

    def __init__(self, *, outcome_stored: bool = False) -> None:
        """The message says nothing of the call, because it is shown to people."""
        super().__init__("the payment service cannot be reached at the moment")
        self.outcome_stored = outcome_stored


class PaymentsRefused(DomainError):
    """Stripe refuses what we asked; asking again unchanged is of no use.

    `param` is what it refuses by its name in Stripe's API, if Stripe says so (docs.stripe.com/api/errors).
    """

    def __init__(self, message: str, *, param: str | None = None) -> None:
        """The message names Stripe's code for the error, never what was sent."""
        super().__init__(message)
        self.param = param


class translated:  # noqa: N801 - it reads as a word in `with translated():`
    """Turn the library's exceptions into ours, here at the boundary and nowhere else."""

    def __enter__(self) -> None:
        """Nothing is needed before the call."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Raise our exception for the library's."""
        if isinstance(error, stripe.APIError | stripe.IdempotencyError):
            # A failure that Stripe stored, or a key that was used for another request, is mended by a new key alone.
            # A 409 is no such failure: the first call with this key is still running, and a second key would open a
            # second session (docs.stripe.com/api/idempotent_requests).
            stored = isinstance(error, stripe.IdempotencyError) or (error.http_status or 0) >= 500
            raise PaymentsUnavailable(outcome_stored=stored) from error
        if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
            # A key that was rolled, or may not do this: what was asked is right, and works once the key is.
            log.error("Stripe does not take our key for this: %s", type(error).__name__)
            raise PaymentsUnavailable from error
        if isinstance(error, stripe.APIConnectionError | stripe.RateLimitError):
            raise PaymentsUnavailable from error
        if isinstance(error, stripe.StripeError):
            what = error.code or type(error).__name__
            raise PaymentsRefused(f"Stripe refused the call: {what}", param=getattr(error, "param", None)) from error
