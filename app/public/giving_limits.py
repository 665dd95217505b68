"""How often anybody may start a gift: by one network address, under one e-mail address, on the whole site."""

import ipaddress
from datetime import timedelta

from flask import current_app, request

from app import limits
from app.config import Settings

# In ten minutes. High enough for a full meeting hall behind one address, low enough to make testing stolen cards slow.
_WINDOW = timedelta(minutes=10)
_MOST = {"address": 30, "email": 8, "site": 600}


def too_often(email: str) -> bool:
    """Count this attempt, and say whether its address, its e-mail or the whole site has made too many; the caller
    commits."""
    settings: Settings = current_app.extensions["whipround"]
    secret = settings.secret_key
    tried = {"address": _network(request.remote_addr or ""), "email": email.casefold(), "site": ""}
    counts = {what: limits.count(f"give-{what}", who, within=_WINDOW, secret=secret) for what, who in tried.items()}
    return any(count > _MOST[what] for what, count in counts.items())


def _network(address: str) -> str:
    """The address itself, or for IPv6 the /64 it stands in, which is what one household or server has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if parsed.version == 6 else address
