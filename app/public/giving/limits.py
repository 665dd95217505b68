"""How often anybody may start a gift: by one network address, under one email address, on the whole site."""

from datetime import timedelta

from flask import request

from app import limits
from app.services import services

# In ten minutes. High enough for a full meeting hall behind one address, low enough to make testing stolen cards slow.
_WINDOW = timedelta(minutes=10)
_MOST = {"address": 30, "email": 8, "site": 600}


def too_often(email: str) -> bool:
    """Count this attempt, and say whether its address, its email or the whole site has made too many; the caller
    commits."""
    settings = services().settings
    secret = settings.secret_key
    tried = {"address": limits.network_of(request.remote_addr or ""), "email": email.casefold(), "site": ""}
    # One after the other: whoever is refused already must not use up what the whole site has.
    return any(
        limits.count(f"give-{what}", who, within=_WINDOW, secret=secret) > _MOST[what] for what, who in tried.items()
    )
