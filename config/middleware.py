from collections.abc import Callable
from typing import Any

import pghistory.middleware
from django.http import HttpRequest, HttpResponse
from django_structlog.middlewares import RequestMiddleware

from config.client_address import client_address

# Nothing of the site needs a device or a browser feature that asks the user.
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestLogMiddleware(RequestMiddleware):
    """Log one line per request, without the query string: searches hold names and badge numbers."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


class AuditContextMiddleware(pghistory.middleware.HistoryMiddleware):
    """Give every audit event of a request its user, URL, door and client address."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().get_context(request), "door": _door(request.path), "ip": client_address(request)}


def _door(path: str) -> str:
    """Return which of the three doors of the site a path belongs to."""
    if path.startswith("/api/"):
        return "api"
    if path.startswith("/admin/"):
        return "admin"
    return "page"


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Send the Permissions-Policy header with every answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return middleware
