"""The security headers of every answer: what browsers may do with our pages and the office's."""

from urllib.parse import urlsplit

from flask import Flask, Response

from app.config import Settings
from app.services import services

# Where the public address is https: never come by http again (RFC 6797).
HTTPS_ALONE = "max-age=31536000; includeSubDomains"


def register(app: Flask) -> None:
    """Give every answer our headers; an interface that needs others sets its own before."""
    headers = _of(services(app).settings)

    @app.after_request
    def allow_little(response: Response) -> Response:
        for name, value in headers.items():
            # Headers.setdefault takes three times as long, and this is done for every answer.
            if name not in response.headers:
                response.headers.add(name, value)
        return response


def _of(settings: Settings) -> dict[str, str]:
    """What browsers may do with our pages: nothing from elsewhere, no inline code, no frames.

    Browsers apply form-action to the redirect that follows a form as well, so it names where gifts are paid:
    Stripe's Checkout, also where it has a domain of the organisation's, its page for new cards, or what stands
    in for them (w3.org/TR/CSP3, "form-action").
    """
    payment_pages = ["https://checkout.stripe.com", "https://billing.stripe.com"]
    if settings.checkout_origin:
        payment_pages.append(settings.checkout_origin)
    if settings.stripe_api_base:
        parts = urlsplit(settings.stripe_api_base)
        payment_pages.append(f"{parts.scheme}://{parts.netloc}")
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"form-action 'self' {' '.join(payment_pages)}; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), browsing-topics=()",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    if settings.secure:
        headers["Strict-Transport-Security"] = HTTPS_ALONE
    return headers
