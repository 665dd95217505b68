"""Who is at the other end of a conversation."""

import pytest

from app.live import streams
from app.live.conversation import Scope


def a_request(address: str, *forwarded: str) -> Scope:
    headers = [(b"x-forwarded-for", each.encode()) for each in forwarded]
    return {"client": (address, 50_000), "headers": headers}


@pytest.mark.parametrize(
    ("scope", "proxies", "network"),
    [
        (a_request("203.0.113.9"), 0, "203.0.113.9"),
        (a_request("203.0.113.9", "198.51.100.1"), 0, "203.0.113.9"),
        (a_request("127.0.0.1", "198.51.100.1"), 1, "198.51.100.1"),
        (a_request("127.0.0.1", "192.0.2.7, 198.51.100.1"), 1, "198.51.100.1"),
        (a_request("127.0.0.1", "192.0.2.7", "198.51.100.1"), 1, "198.51.100.1"),
        (a_request("127.0.0.1", "192.0.2.7, 198.51.100.1"), 2, "192.0.2.7"),
        (a_request("127.0.0.1", "198.51.100.1"), 2, "127.0.0.1"),
        (a_request("127.0.0.1", "2001:db8::9"), 1, "2001:db8::/64"),
        ({"client": None, "headers": []}, 0, ""),
    ],
)
def test_a_caller_is_whom_our_own_proxies_name_and_nobody_else(scope: Scope, proxies: int, network: str) -> None:
    assert streams.network_of(scope, proxies) == network
