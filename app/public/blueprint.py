"""The public pages' policy: who may see them (anyone), what its pages allow, and the pages behind it."""

from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, request

from app.config import Settings
from app.public import (
    appeals,
    articles,
    changing,
    feeds,
    front,
    images,
    outbox,
    receipts,
    share_pictures,
    structured,
)
from app.public.appeals import qr
from app.public.giving import monthly, once
from app.public.plans import access
from app.public.plans import pages as plans_pages
from app.services import services
from app.web import assets, error_pages, filters


def register(app: Flask) -> None:
    """Register the public pages."""
    settings = services(app).settings
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        organisation=settings.organisation, practice=settings.practice, base_url=settings.base_url, qr=qr
    )
    filters.register(app)
    app.add_template_filter(articles.of, "event_words")
    assets.register(app)
    structured.register(app)
    error_pages.register(app)
    headers = _headers(settings)

    @app.after_request
    def allow_little(response: Response) -> Response:
        """Give every answer our headers; an interface that needs others sets its own before."""
        for name, value in headers.items():
            # Headers.setdefault takes three times as long, and this is done for every answer.
            if name not in response.headers:
                response.headers.add(name, value)
        return response

    app.register_blueprint(_pages(settings))


def _pages(settings: Settings) -> Blueprint:
    """All public pages, under one blueprint, so that what is said of it holds for each of them."""
    public = Blueprint("public", __name__)
    for pages in (
        front.bp,
        articles.bp,
        feeds.bp,
        appeals.bp,
        once.bp,
        monthly.bp,
        changing.bp,
        receipts.bp,
        access.bp,
        plans_pages.bp,
        images.bp,
        share_pictures.bp,
    ):
        public.register_blueprint(pages)
    if settings.practice:
        public.register_blueprint(outbox.bp)

    @public.after_request
    def ask_again(response: Response) -> Response:
        """Pages may be kept but never shown unasked: a total that is out of date would be untrue."""
        if request.method in ("GET", "HEAD"):
            response.headers.setdefault("Cache-Control", "no-cache")
        return response

    return public


def _headers(settings: Settings) -> dict[str, str]:
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
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers
