"""The settings: read from the environment once, checked as a whole, and reported all at once when they are wrong.

Practice mode's settings: harmless ones for trying things out, which stand in for those that nobody has set.
"""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.numbers import is_currency

from app.errors import DomainError
from app.money import Money

PRACTICE_KEY = "sk_test_practice"
PRACTICE_STRIPE = "http://127.0.0.1:8001"
_EXAMPLE_NOTICE = Path(__file__).parent.parent / "examples" / "privacy.md"


def practice_defaults(data_dir: Path) -> dict[str, str]:
    """The settings that practice mode needs no operator for, by name.

    What must stay the same between starts (the keys) is made once and kept in DATA_DIR/practice.env.
    """
    path = data_dir / "practice.env"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        made = f"SECRET_KEY={secrets.token_hex(32)}\nSTRIPE_WEBHOOK_SECRET=whsec_{secrets.token_hex(24)}\n"
        # Two processes may start at once: each writes a file of its own, and the first link wins.
        own = data_dir / f"practice.env.{secrets.token_hex(4)}"
        with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made)
        try:
            os.link(own, path)
        except FileExistsError:
            pass
        finally:
            own.unlink()
    lines = (line.partition("=") for line in path.read_text().splitlines() if "=" in line)
    return {
        **{name.strip(): value.strip() for name, _, value in lines},
        "BASE_URL": "http://127.0.0.1:8000",
        "ORGANISATION_NAME": "The Lantern",
        "ORGANISATION_ADDRESS": "4 Mill Lane, Ambleford AM1 2QX",
        "STRIPE_SECRET_KEY": PRACTICE_KEY,
        "STRIPE_API_BASE": PRACTICE_STRIPE,
        "MAIL_FROM": "The Lantern <receipts@lantern.example>",
        "CONTACT_EMAIL": "office@lantern.example",
        # Numbers that begin like this one are kept free for plays (ofcom.org.uk, "numbers for drama use").
        "CONTACT_PHONE": "01632 960 123",
        "PRIVACY_NOTICE": str(_EXAMPLE_NOTICE),
        # Nobody's address: alarms and the nightly statement are to be read in the outbox.
        "TREASURER_EMAIL": "treasurer@lantern.example",
    }


_LIVE_PREFIXES = ("sk_live_", "rk_live_")
_TEST_PREFIXES = ("sk_test_", "rk_test_")


class SettingsError(SystemExit):
    """One or more settings are missing or wrong; `problems` says each in words.

    It ends the program with these words alone and the status 1, unless somebody catches it: as another exception,
    Flask's command line would print it with a traceback.
    """

    def __init__(self, problems: list[str]) -> None:
        """Keep every problem, so that the operator can correct them in one go."""
        super().__init__("Whipround cannot start:\n" + "\n".join(f"  - {problem}" for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who raises the money, as pages, mails and receipts name it, and how to reach them.

    The privacy notice is either at an address of their own or, as Markdown, a text that this site shows.
    """

    name: str
    address: str
    registration: str = ""
    email: str = ""
    phone: str = ""
    privacy_address: str = ""
    privacy_text: str = ""

    @property
    def phone_digits(self) -> str:
        """The telephone number as a link names it (RFC 3966): digits and a plus alone."""
        return "".join(each for each in self.phone if each in "+0123456789")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides; `docs/operations.md` says what each is for."""

    data_dir: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    base_url: str
    organisation: Organisation
    stripe_secret_key: str = field(repr=False)
    stripe_webhook_secrets: tuple[str, ...] = field(repr=False)
    mail_from: str
    treasurer_email: str | None = None
    stripe_api_base: str | None = None
    checkout_origin: str | None = None
    smtp_url: str | None = field(default=None, repr=False)
    timezone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/London"))
    currency: str = "gbp"
    address_rule: str = "optional"
    keep_names_over: Money | None = None
    trusted_proxies: int = 0
    bind: str = "127.0.0.1:8000"
    web_concurrency: int = 1
    office_idle: timedelta = timedelta(minutes=30)
    practice: bool = False

    @property
    def live(self) -> bool:
        """Whether the Stripe key moves real money."""
        return self.stripe_secret_key.startswith(_LIVE_PREFIXES)

    @property
    def secure(self) -> bool:
        """Whether the public address is https, so that cookies and HSTS may insist on it."""
        return self.base_url.startswith("https://")

    @property
    def outbox(self) -> Path:
        """Where mail is written when no SMTP server is set."""
        return self.data_dir / "outbox"


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from `environ` (the process's own by default).

    Raises `SettingsError` with every problem found. Only PRACTICE=1 makes harmless defaults stand in for missing
    ones (`practice_defaults`).
    """
    given = {name: value.strip() for name, value in (environ if environ is not None else os.environ).items()}
    problems: list[str] = []
    practice = given.get("PRACTICE") == "1"
    data_dir = Path(given.get("DATA_DIR") or "data").absolute()
    if practice:
        given = {**practice_defaults(data_dir), **{name: value for name, value in given.items() if value}}

    def required(name: str, what: str) -> str:
        value = given.get(name, "")
        if not value:
            problems.append(f"{name} is missing: {what}.")
        return value

    def whole(name: str, default: int, at_least: int) -> int:
        text = given.get(name) or str(default)
        if not (text.isascii() and text.isdigit()) or int(text) < at_least:
            problems.append(f"{name} must be a whole number of {at_least} or more, not {text!r}.")
            return default
        return int(text)

    def address(name: str, value: str, schemes: tuple[str, ...]) -> str:
        try:
            parts = urlsplit(value)
            right = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
        except ValueError:
            right = False
        if value and not right:
            problems.append(f"{name} must be an address starting with {' or '.join(s + '://' for s in schemes)}.")
        return value.rstrip("/")

    key = required("STRIPE_SECRET_KEY", "the secret key of your Stripe account (sk_test_… or sk_live_…)")
    if key and not key.startswith(_LIVE_PREFIXES + _TEST_PREFIXES):
        problems.append(
            "STRIPE_SECRET_KEY is not a secret key: those start with sk_test_, rk_test_, sk_live_ or rk_live_."
        )
    if practice and key.startswith(_LIVE_PREFIXES):
        problems.append("PRACTICE=1 cannot be used with a live Stripe key: remove one of the two.")
    secrets_given = tuple(s.strip() for s in given.get("STRIPE_WEBHOOK_SECRET", "").split(",") if s.strip())
    if not secrets_given:
        problems.append("STRIPE_WEBHOOK_SECRET is missing: the signing secret of your webhook endpoint (whsec_…).")
    currency = (given.get("CURRENCY") or "gbp").lower()
    if not is_currency(currency.upper()):
        problems.append(f"CURRENCY must be the three-letter code of a currency, such as gbp, not {currency!r}.")
    rule = given.get("ADDRESS_RULE") or "optional"
    if rule not in ("none", "optional", "required"):
        problems.append(f"ADDRESS_RULE must be none, optional or required, not {rule!r}.")
    secret_key = required("SECRET_KEY", "a long random text that signs cookies")
    if secret_key and len(secret_key) < 32:
        problems.append("SECRET_KEY is too short: use at least 32 random characters.")
    try:
        zone = ZoneInfo(given.get("TIMEZONE") or "Europe/London")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(f"TIMEZONE {given['TIMEZONE']!r} is not known: use a name such as Europe/London.")
        zone = ZoneInfo("UTC")
    checkout_origin = given.get("CHECKOUT_ORIGIN", "").rstrip("/")
    if checkout_origin and not re.fullmatch(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?", checkout_origin):
        problems.append("CHECKOUT_ORIGIN must be an address such as https://pay.example.org, without a path.")
    database_url = _database_url(given.get("DATABASE_URL") or f"sqlite:///{data_dir / 'whipround.sqlite3'}")
    if not re.match(r"sqlite:///.|postgresql\+psycopg://", database_url):
        problems.append("DATABASE_URL must start with postgresql:// or sqlite:///.")
    treasurer = given.get("TREASURER_EMAIL", "")
    if treasurer and not re.fullmatch(r"[^@\s]+@[^@\s]+", treasurer):
        problems.append("TREASURER_EMAIL must be one email address.")
    try:
        keep_names_over = Money.parse(given["KEEP_NAMES_OVER"], currency) if given.get("KEEP_NAMES_OVER") else None
    except DomainError:
        problems.append("KEEP_NAMES_OVER must be an amount of money, such as 500.")
        keep_names_over = None
    privacy_address, privacy_text = _privacy_notice(
        required("PRIVACY_NOTICE", "the address of your privacy notice, or the path of a file with its text"), problems
    )
    bind = given.get("BIND") or "127.0.0.1:8000"
    if not re.fullmatch(r"[^\s/]+:[0-9]{1,5}", bind):
        problems.append(f"BIND must be an address such as 127.0.0.1:8000, not {bind!r}.")
    settings = Settings(
        data_dir=data_dir,
        database_url=database_url,
        secret_key=secret_key,
        base_url=address(
            "BASE_URL",
            required("BASE_URL", "the public address of this site"),
            # Where real money is given, nobody on the way may read or change the form.
            ("https",) if key.startswith(_LIVE_PREFIXES) and not practice else ("https", "http"),
        ),
        organisation=Organisation(
            name=required("ORGANISATION_NAME", "who raises the money"),
            address=required("ORGANISATION_ADDRESS", "its postal address, for receipts and the imprint"),
            registration=given.get("ORGANISATION_REGISTRATION", ""),
            email=required("CONTACT_EMAIL", "the email address at which givers reach you"),
            phone=_phone(
                required(
                    "CONTACT_PHONE", "the telephone number at which givers reach you, or none if you have no such"
                ),
                problems,
            ),
            privacy_address=privacy_address,
            privacy_text=privacy_text,
        ),
        stripe_secret_key=key,
        stripe_webhook_secrets=secrets_given,
        stripe_api_base=address("STRIPE_API_BASE", given.get("STRIPE_API_BASE", ""), ("https", "http")) or None,
        checkout_origin=checkout_origin or None,
        smtp_url=address("SMTP_URL", given.get("SMTP_URL", ""), ("smtp", "smtps")) or None,
        mail_from=required("MAIL_FROM", "the address that receipts come from"),
        treasurer_email=treasurer or None,
        timezone=zone,
        currency=currency,
        address_rule=rule,
        keep_names_over=keep_names_over,
        trusted_proxies=whole("TRUSTED_PROXIES", 0, 0),
        bind=bind,
        web_concurrency=whole("WEB_CONCURRENCY", 1, 1),
        office_idle=timedelta(minutes=whole("OFFICE_IDLE_MINUTES", 30, 1)),
        practice=practice,
    )
    if settings.mail_from and not _is_sender(settings.mail_from):
        problems.append("MAIL_FROM must be one email address, such as The Lantern <receipts@lantern.example>.")
    if settings.organisation.email and not _is_address(settings.organisation.email):
        problems.append("CONTACT_EMAIL must be one email address, such as office@lantern.example.")
    if problems:
        raise SettingsError(problems)
    return settings


def _is_sender(text: str) -> bool:
    """Whether mails can come from it: one address, with or without a name (RFC 5322, 3.6.2 "From")."""
    found = [address for _name, address in getaddresses([text])]
    return text.isprintable() and len(found) == 1 and bool(re.fullmatch(r"[^@\s]+@[^@\s]+", found[0]))


def _is_address(text: str) -> bool:
    """Whether it is one plain email address, fit for a link and a header."""
    return text.isprintable() and bool(re.fullmatch(r"[^@\s<>,;:\"]+@[^@\s<>,;:\"]+", text))


def _phone(text: str, problems: list[str]) -> str:
    """The telephone number as it is shown; empty where the organisation says that it has none."""
    if text.casefold() == "none":
        return ""
    if text and not re.fullmatch(r"\+?[0-9() ./-]{3,40}", text):
        problems.append("CONTACT_PHONE must be a telephone number, such as 01632 960 123, or none.")
    return text


def _privacy_notice(text: str, problems: list[str]) -> tuple[str, str]:
    """The address of the notice, or else the text that the named file holds."""
    if not text:
        return "", ""
    if re.fullmatch(r"https?://[A-Za-z0-9][^\s\"'<>]*", text):
        return text, ""
    try:
        notice = Path(text).read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        notice = ""
    if not notice:
        problems.append(
            "PRIVACY_NOTICE must be an address starting with https://, or the path of a file with its text."
        )
    return "", notice


def _database_url(url: str) -> str:
    """The URL with the driver that Whipround brings along."""
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url
