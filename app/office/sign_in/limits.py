"""How often anybody may try to sign in: for one account, from one network address, on the whole site."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from flask import abort, current_app, request, session

from app import limits
from app.audit import trail
from app.database import writing
from app.office import access
from app.office.unsent import browser
from app.services import services
from app.staff import people
from app.subject import Subject

# In a quarter of an hour. Low enough that guessing a password or a code is hopeless, high enough for a bad morning.
_WINDOW = timedelta(minutes=15)
MOST = {"address": 40, "account": 10, "site": 400, "browser": 10}

# Codes in a day, of one account. Three are good at any moment (the present one and its neighbours, RFC 6238, 5.2), so
# whoever has the password guesses one with a chance of 0.03 % a day.
_CODES_WINDOW = timedelta(days=1)
MOST_CODES = {"account": 100, "browser": 100}

# Links by mail: enough for one that got lost, too few to fill anybody's mailbox.
_LINKS_WINDOW = timedelta(hours=1)
MOST_LINKS = {"address": 20, "account": 3, "site": 200}

_TRIES = frozenset(
    f"security.{name}"
    for name in (
        "login",
        "verify",
        "two_factor_token_validation",
        "two_factor_setup_validate",
        "mf_recovery",
        "change_password",
        "reset_password",
        "wan_signin_response",
        "wan_verify_response",
    )
)
_PASSKEYS = ("security.wan_signin_response", "security.wan_verify_response")
# What follows the right password: whose it was stands in the session.
_SECOND = ("security.two_factor_token_validation", "security.mf_recovery")
_LINKS = "security.forgot_password"


def check() -> None:
    """Count this try, and answer 429 when its account, its address or the whole site has made too many.

    JSON is answered 415: what is tried comes by forms alone.
    """
    if request.is_json:
        # Flask-WTF would read a form from JSON, where the address that is tried would not be seen and counted.
        abort(415)
    if request.method != "POST" or (request.endpoint not in _TRIES and request.endpoint != _LINKS):
        return
    links = request.endpoint == _LINKS
    with writing():
        over = _over("office-links", MOST_LINKS, _LINKS_WINDOW) if links else _over("office", MOST, _WINDOW)
        if over is None and request.endpoint in _SECOND:
            over = _over("office-codes", MOST_CODES, _CODES_WINDOW)
        if over and over.first:
            # Once a window: whoever goes on must not fill the trail.
            after = {"limit": over.limit, "account": _account()}
            trail.record("access.limited", Subject("page", request.endpoint), after=after)
    if over:
        abort(429)


@dataclass(frozen=True, slots=True)
class _Over:
    """Which limit is passed, and whether it is the first time in its window."""

    limit: str
    first: bool


def _over(action: str, most: dict[str, int], window: timedelta) -> _Over | None:
    """The limit that is passed, if any. One after the other: who is refused already must not use up the rest."""
    settings = services().settings
    account = _account()
    tried = {"address": limits.network_of(request.remote_addr or ""), "account": account, "site": ""}
    known = _known_browser()
    if known and request.endpoint != _LINKS:
        # Whoever signed in here before gets in whatever strangers try meanwhile, under this account's name or another.
        tried = {"browser": known}
    elif request.endpoint in _PASSKEYS:
        # Nobody guesses a signature: with a passkey one gets in while others use up what the site has.
        tried = {"address": tried["address"]}
    for what, who in tried.items():
        if who is None or what not in most:
            continue
        counted = limits.count(f"{action}-{what}", who, within=window, secret=settings.secret_key)
        if counted > most[what]:
            return _Over(what, first=counted == most[what] + 1)
    return None


def _known_browser() -> str | None:
    """This browser and whoever tries to sign in, if they were signed in here before; else `None`."""
    person = access.somebody()
    if person is None and request.endpoint in _SECOND:
        person = people.signing_in(session.get("tf_user_id"))
    elif person is None:
        person = people.find_by_email(_typed())
    name = browser.was_used_by(person.reference) if person else None
    return f"{name} {person.reference}" if person and name else None


def _account() -> str | None:
    """Whose sign-in is tried: who gave the right password just now, who is signed in, or whose address was typed.

    An address can be written in several ways; it counts as Flask-Security looks it up. `None` where there is none.
    """
    if request.endpoint in _SECOND and "tf_user_id" in session:
        # Whatever else is sent: guessing one person's codes under many addresses is guessing one person's codes.
        return str(session["tf_user_id"])
    person = access.somebody()
    if person is not None:
        return person.reference
    return _typed().casefold() or None


def _typed() -> str:
    typed = request.form.get("email", "").strip()[:254]
    with suppress(ValueError):
        typed = current_app.extensions["security"].mail_util.normalize(typed)
    return typed
