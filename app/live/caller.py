"""Who is at the other end of a conversation: its network, as our own proxies tell it."""

from app import networks
from app.live.conversation import Scope


def network(scope: Scope, proxies: int) -> str:
    """The network that a request comes from, when `proxies` proxies of ours stand in front.

    Each of them adds to X-Forwarded-For whom it spoke to, at the end; what stands before that anybody may have
    written. Flask is told the same by Werkzeug's ProxyFix.
    """
    client = scope.get("client")
    address = str(client[0]) if client else ""
    if proxies:
        forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").split(b",")
        if len(forwarded) >= proxies:
            address = forwarded[-proxies].decode("latin-1").strip()
    return networks.of(address)
