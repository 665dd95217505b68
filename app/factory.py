"""The composition: settings, extensions and interfaces are put together here, and nowhere else."""

from collections.abc import Callable
from pathlib import Path
from traceback import format_tb
from typing import Any, Self, cast

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from sqlalchemy.pool import QueuePool
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import Rule

from app import clock, config, database, limits, money, services  # noqa: F401 - every table is known from here on
from app.articles import (
    article,  # noqa: F401
    images,  # noqa: F401
    versions,  # noqa: F401
)
from app.config import Settings
from app.database import db
from app.ledger import balances, beginning  # noqa: F401
from app.payments.gateway import StripeGateway
from app.services import Services
from app.web.fields import csrf

_ROOT = Path(__file__).parent.parent

# How many requests one web process works on at a time; each may hold one database connection (app/asgi.py).
THREADS = 8
# How many database connections one process may hold at most: a web server's threads, or those of the worker's lanes
# (app/worker/lanes.py), each with one more to renew its lease.
POOL = 12


class LateRule(Rule):
    """A route that learns how to build its address when one is first asked for.

    Werkzeug writes and compiles two functions for each route, which is two thirds of the application's start; a
    process builds the addresses of a few.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compile_now = super()._compile_builder

        def build(rule: Self, **values: Any) -> tuple[str, str]:
            builder = compile_now(append_unknown).__get__(rule)
            setattr(rule, "_build_unknown" if append_unknown else "_build", builder)
            return cast(tuple[str, str], builder(**values))

        return build


class WhiproundApp(Flask):
    """Flask, but for what it logs of an error: where it happened, never what was said, which may be somebody's name."""

    url_rule_class = LateRule

    def log_exception(self, exc_info: Any) -> None:
        """Log the kind of an error nobody expected, and the way to it."""
        kind, _error, trace = exc_info
        self.logger.error("an unexpected %s:\n%s", kind.__name__ if kind else "error", "".join(format_tb(trace)))


def create_app(settings: Settings | None = None, gateway: StripeGateway | None = None) -> Flask:
    """The whole application. Tests pass settings of their own, and may pass a gateway.

    Raises `config.SettingsError` when the environment is not enough.
    """
    from app.worker import catch_up, refunds

    settings = settings or config.read()
    # The database and the outbox hold names and addresses: nobody else on the machine may look in.
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    clock.use_local_zone(settings.timezone)
    money.use_home_currency(settings.currency)
    app = WhiproundApp(
        "app",
        root_path=str(_ROOT / "app"),
        template_folder=str(_ROOT / "templates"),
        # The folder of the static files has a blueprint of its own (app/web/assets.py).
        static_folder=None,
    )
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=64 * 1024,
        # No other host of the same domain can set it, and it is sent nowhere else (RFC 6265bis, 4.1.3.2).
        SESSION_COOKIE_NAME="__Host-session" if settings.secure else "session",
        SESSION_COOKIE_SECURE=settings.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE="en_GB",
        BABEL_DEFAULT_TIMEZONE=settings.timezone.key,
    )
    services.provide(
        app,
        Services(
            settings=settings,
            gateway=gateway or StripeGateway(settings.stripe_secret_key, settings.stripe_api_base),
            # Interfaces do not know each other: the office is handed what the worker does.
            ask_for_refund=refunds.ask_now,
            ask_to_catch_up=catch_up.ask,
        ),
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    db.init_app(app)
    Babel(app)
    csrf.init_app(app)
    Migrate(app, db, directory=str(_ROOT / "migrations"))
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            database.prepare_sqlite(db.engine)
        else:
            balances.announce_commits(db.engine)
            database.ask_the_rested(db.engine)
    _register_interfaces(app)
    return app


def _register_interfaces(app: Flask) -> None:
    """Every interface registers itself, with its own policy."""
    from app.cli import commands
    from app.office import blueprint as office
    from app.public import blueprint as public
    from app.webhooks import stripe as webhooks

    public.register(app)
    office.register(app)
    webhooks.register(app)
    commands.register(app)


def _engine_options(url: str) -> dict[str, object]:
    # A statement's parameters are people's names and addresses; errors quote them unless they are hidden.
    options: dict[str, object] = {
        "poolclass": QueuePool,
        "pool_size": THREADS,
        "max_overflow": POOL - THREADS,
        "hide_parameters": True,
    }
    if url.startswith("sqlite"):
        # Requests run on threads that come and go; a connection is used by one at a time.
        return {**options, "connect_args": {"check_same_thread": False, "cached_statements": 512}}
    return options
