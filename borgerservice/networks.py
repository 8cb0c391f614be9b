"""From which network a request comes: what limits count by. The address itself is kept nowhere."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

IPV4_PREFIX, IPV6_PREFIX = 24, 56
"""What one subscriber or one rack can call its own."""


def network_of(request: HttpRequest) -> str:
    """The caller's network, or nothing where it is not the internet's.

    Only as many proxies are believed as there are (TRUSTED_PROXY_COUNT): each adds the address it
    was called from at the end of X-Forwarded-For, and what stands before that anybody can write.
    """
    try:
        address = ipaddress.ip_address(_address(request))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if not address.is_global:
        return ""
    prefix = IPV4_PREFIX if address.version == 4 else IPV6_PREFIX  # noqa: PLR2004
    return str(ipaddress.ip_network((address, prefix), strict=False))


def _address(request: HttpRequest) -> str:
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    passed_on = request.headers.get("X-Forwarded-For", "").split(",")
    if proxies and len(passed_on) >= proxies:
        return passed_on[-proxies].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
