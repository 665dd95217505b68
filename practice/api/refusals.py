"""What Practice Stripe refuses, in Stripe's error envelope."""

from typing import Any


class Refused(Exception):
    """A request that Stripe would refuse; `envelope()` is the body of the answer.

    `status` is the HTTP status; `kind` is Stripe's error type; `code` and `param` are Stripe's names for what is wrong
    and where (docs.stripe.com/api/errors, docs.stripe.com/error-codes).
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        """Keep the parts of the envelope; `message` must not hold a key or a card number."""
        super().__init__(message)
        self.message = message
        self.status = status
        self.kind = kind
        self.code = code
        self.param = param

    def envelope(self) -> dict[str, Any]:
        """The JSON body: attributes without a value are left out, as Stripe leaves them out."""
        error = {"type": self.kind, "message": self.message, "code": self.code, "param": self.param}
        if self.code:
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{self.code.replace('_', '-')}"
        return {"error": {name: value for name, value in error.items() if value is not None}}


class Declined(Refused):
    """A card did not pay: unlike a refusal, what happened on the way stays (docs.stripe.com/error-handling)."""

    def __init__(self, error: dict[str, Any]) -> None:
        """`error` is the PaymentIntent's `last_payment_error`."""
        super().__init__(error["message"], status=402, kind="card_error", code=error.get("code"))
        self.decline_code = error.get("decline_code")

    def envelope(self) -> dict[str, Any]:
        """The JSON body, with the bank's own word where it gave one."""
        body = super().envelope()
        if self.decline_code:
            body["error"]["decline_code"] = self.decline_code
        return body


def missing(param: str) -> Refused:
    """A parameter that must be there is not."""
    return Refused(f"Missing required param: {param}.", code="parameter_missing", param=param)


def unknown(param: str) -> Refused:
    """A parameter that nobody knows (or that Practice Stripe does not play)."""
    return Refused(f"Received unknown parameter: {param}", code="parameter_unknown", param=param)


def no_such(kind: str, reference: str, *, param: str = "id", status: int = 404) -> Refused:
    """The named object does not exist: 404 where the path names it, 400 where a parameter does."""
    return Refused(f"No such {kind}: '{reference}'", status=status, code="resource_missing", param=param)
