import ipaddress

from django.conf import settings
from django.http import HttpRequest

HOUSEHOLD = 64  # the length of the IPv6 prefix that a provider gives to one customer


def client_address(request: HttpRequest) -> str | None:
    """Return the address that the outermost of our own proxies saw; None if there is none, as on a Unix socket.

    X-Forwarded-For is read only as far as ``TRUSTED_PROXY_COUNT`` proxies wrote it, from the right: what stands further
    left came from the client and may be forged.
    """
    direct: str | None = request.META.get("REMOTE_ADDR") or None
    if not settings.TRUSTED_PROXY_COUNT:
        return direct
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    return hops[-settings.TRUSTED_PROXY_COUNT] if len(hops) >= settings.TRUSTED_PROXY_COUNT else direct


def client_network(request: HttpRequest) -> str:
    """Return the network of one client: an IPv4 address, or the /64 around an IPv6 address; "" if there is none."""
    address = client_address(request) or ""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((int(known), HOUSEHOLD), strict=False))
    return str(known)
