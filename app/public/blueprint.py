"""The public pages' policy: who may see them (anyone), what its pages allow, and the pages behind it."""

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
from app.web import assets, error_pages, filters, headers


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
    headers.register(app)
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
