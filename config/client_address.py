from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the address the request came from, as seen by the outermost proxy that we run ourselves; None on a socket.

    X-Forwarded-For is read only as far as ``TRUSTED_PROXY_COUNT`` proxies wrote it, from the right: what stands further
    left came from the client and may be forged.
    """
    direct: str | None = request.META.get("REMOTE_ADDR") or None
    if not settings.TRUSTED_PROXY_COUNT:
        return direct
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    return hops[-settings.TRUSTED_PROXY_COUNT] if len(hops) >= settings.TRUSTED_PROXY_COUNT else direct
