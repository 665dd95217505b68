"""Sending one event to the webhook, signed as Stripe signs."""

import hashlib
import hmac
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from app import clock

_PATIENCE = 10.0


def signature(body: bytes, secrets: tuple[str, ...], at: int) -> str:
    """The `Stripe-Signature` header: one `v1` for each secret, so that a rotation is played too.

    `v1` is the HMAC-SHA256 of `{at}.{body}` (docs.stripe.com/webhooks, "Verify webhook signatures manually"). By hand,
    because Practice Stripe stands in for Stripe and must not use Stripe's library to agree with itself.
    """
    signed = str(at).encode() + b"." + body
    marks = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
    return ",".join([f"t={at}", *(f"v1={mark}" for mark in marks)])


def post(url: str, body: bytes, secrets: tuple[str, ...]) -> str:
    """Send `body`, signed with the present time; the answer's status, or in words why there was none.

    A redirect counts as an answer and is not followed, as at Stripe.
    """
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.hostname or "", parts.port, timeout=_PATIENCE)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(body, secrets, int(clock.now().timestamp())),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks) practice",
    }
    try:
        connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
        response = connection.getresponse()
        response.read()
        return str(response.status)
    except TimeoutError:
        return f"no answer within {_PATIENCE:.0f} seconds"
    except ConnectionRefusedError:
        return "nobody listens there"
    except (OSError, HTTPException) as error:
        return f"no answer ({type(error).__name__})"
    finally:
        connection.close()
