"""From where a request came: what a proxy says counts only when the proxy is one of ours (OLMO_TRUSTED_PROXIES)."""

import ipaddress

from django.http import HttpRequest

from olmo.kernel import config


def place_of(request: HttpRequest) -> str:
    """The network address of whoever asks; an IPv6 address by its /64, since one subscriber has that many.

    X-Forwarded-For is read from its end, past our own proxies, and ignored when the peer is not one of them.
    """
    peer = _address(request.META.get("REMOTE_ADDR", ""))
    for hop in reversed(request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")):
        if peer is None or not any(peer in network for network in config.current().trusted_proxies):
            break
        peer = _address(hop.strip()) or peer
    if isinstance(peer, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((peer, 64), strict=False))
    return str(peer or "unknown")


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, ipaddress.IPv6Address) else address
