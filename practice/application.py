"""Practice Stripe as an application: its pages, its store, its rounds, and the headers on everything it says."""

from pathlib import Path

from flask import Flask, Response, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel, format_datetime
from werkzeug.exceptions import HTTPException

from practice.api.checkout import checkout
from practice.api.money import money
from practice.api.monthly import monthly
from practice.api.reading import api
from practice.api.refusals import Refused
from practice.pages.control import control
from practice.pages.control_panel import control_panel
from practice.pages.invoice import hosted_invoice
from practice.pages.payment import page
from practice.pages.portal import portal_page
from practice.settings import PracticeSettings
from practice.store import Store, mint
from practice.webhooks.loop import Rounds

_HERE = Path(__file__).parent


def create_app(settings: PracticeSettings) -> Flask:
    """Practice Stripe as a Flask application; its rounds are at `extensions["rounds"]`, not yet started."""
    application = Flask(
        "practice",
        root_path=str(_HERE),
        template_folder=str(_HERE / "templates"),
        static_folder=str(_HERE / "static"),
        static_url_path="/static",
    )
    application.config.update(
        MAX_CONTENT_LENGTH=256 * 1024,
        BABEL_DEFAULT_LOCALE="en_GB",
        BABEL_DEFAULT_TIMEZONE="Europe/London",
        BABEL_TRANSLATION_DIRECTORIES=str(_HERE.parent / "app" / "translations"),
    )
    application.jinja_env.trim_blocks = application.jinja_env.lstrip_blocks = True
    Babel(application)
    objects = Store(settings.data_dir / "practice-stripe.sqlite3", pace=settings.settles_after)
    application.extensions |= {"settings": settings, "store": objects, "rounds": Rounds(objects, settings)}
    for blueprint in (api, checkout, money, monthly, page, portal_page, hosted_invoice, control_panel, control):
        application.register_blueprint(blueprint)
    application.before_request(_begin)
    application.after_request(_headers)
    application.register_error_handler(HTTPException, _went_wrong)
    application.add_template_filter(lambda instant: format_datetime(instant, "d MMM, HH.mm.ss"), "when")
    application.add_template_filter(lambda instant: format_datetime(instant, "d MMMM y, HH.mm"), "day")
    application.context_processor(lambda: {"organisation": settings.organisation})
    application.add_url_rule("/healthz", "healthz", lambda: ("ok", {"Content-Type": "text/plain"}))
    return application


def _begin() -> ResponseReturnValue | None:
    """Name the request, and refuse forms that another site sends."""
    g.request_id = mint("req")
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        return render_template("error.html", status=403), 403
    return None


def _headers(response: Response) -> Response:
    """The strictest policy that the pages can live with: nothing inline, nothing from elsewhere, no frames."""
    actions = " ".join(("'self'", g.get("form_action", ""))).strip()
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
        f"frame-ancestors 'none'; form-action {actions}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _went_wrong(error: HTTPException) -> ResponseReturnValue:
    """A page in words, or Stripe's envelope for an address below /v1 that nobody knows."""
    status = error.code or 500
    if request.path.startswith("/v1/"):
        unknown = Refused(f"Unrecognized request URL ({request.method}: {request.path}).", status=status)
        return jsonify(unknown.envelope()), status, {"Request-Id": g.get("request_id", "")}
    return render_template("error.html", status=status), status
