"""How often anybody may start a gift: by one network address, under one e-mail address, on the whole site."""

from datetime import timedelta

from flask import current_app, request

from app import limits, networks
from app.config import Settings

# In ten minutes. High enough for a full meeting hall behind one address, low enough to make testing stolen cards slow.
_WINDOW = timedelta(minutes=10)
_MOST = {"address": 30, "email": 8, "site": 600}


def too_often(email: str) -> bool:
    """Count this attempt, and say whether its address, its e-mail or the whole site has made too many; the caller
    commits."""
    settings: Settings = current_app.extensions["whipround"]
    secret = settings.secret_key
    tried = {"address": networks.of(request.remote_addr or ""), "email": email.casefold(), "site": ""}
    # One after the other: whoever is refused already must not use up what the whole site has.
    return any(
        limits.count(f"give-{what}", who, within=_WINDOW, secret=secret) > _MOST[what] for what, who in tried.items()
    )
