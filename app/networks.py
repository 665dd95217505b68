"""Who counts as one caller when callers are counted."""

import ipaddress


def of(address: str) -> str:
    """The address itself, or for IPv6 the /64 it stands in, which is what one household or server has.

    An IPv4 address written as an IPv6 one (::ffff:203.0.113.9, RFC 4291, 2.5.5.2) is the IPv4 address: all of these
    share one /64. What is no address at all stands for itself.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    mapped = parsed.ipv4_mapped
    return str(mapped or ipaddress.ip_network((int(parsed), 64), strict=False))
