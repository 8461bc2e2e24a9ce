import time
from collections.abc import Callable
from typing import Any

import pghistory
import structlog
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers
from django_structlog.middlewares import RequestMiddleware

from config.api_gate import token_of
from config.calendar_feeds import KEPT_BY_THE_PROGRAM
from config.client_address import client_address
from config.refusal_answers import answer_refusal, refusal_of
from training.core.audit_context import person
from training.core.kinds import Door

# Nothing of the site needs a device or a browser feature that asks the user.
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"


class RequestLogMiddleware(RequestMiddleware):
    """Log one line per request, without the query string: searches hold names and badge numbers."""

    def prepare(self, request: HttpRequest) -> None:
        request.started = time.perf_counter()  # type: ignore[attr-defined]  # read below
        super().prepare(request)

    def handle_response(self, request: HttpRequest, response: HttpResponse) -> None:
        seconds = time.perf_counter() - request.started  # type: ignore[attr-defined]  # set above
        structlog.contextvars.bind_contextvars(milliseconds=round(seconds * 1000))
        super().handle_response(request, response)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


class AuditContextMiddleware:
    """Give every audit event of a request its user, URL, door and client address, and the token that acted.

    If nobody is signed in, the user is left out: values can only be added to the context, and this very request may
    still sign somebody in (`config.sign_ins`).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with pghistory.context(**self._context_of(request)):
            return self.get_response(request)

    @staticmethod
    def _context_of(request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = {"url": request.path, "door": _door(request.path), "ip": client_address(request)}
        token = token_of(request)
        if token is not None:
            context |= {"token": token.pk, "token_name": token.name}
        return {**context, **person(request.user)}


class RefusalMiddleware:
    """Answer a refusal, or an error of the database, that a view did not catch, by its sentence and status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        refusal = refusal_of(request, exception)
        return None if refusal is None else answer_refusal(request, refusal)


class CompressionMiddleware(GZipMiddleware):
    """Compress pages and JSON, where no proxy would (ADR 28).

    The length of a compressed answer can betray a secret that stands beside text which an attacker varies. The one
    secret of a page, its CSRF token, is masked anew each time, and Django adds some random bytes. Files and streams are
    not compressed.
    """

    KINDS = frozenset(
        {"text/html", "text/plain", "text/csv", "text/calendar", "application/json", "application/problem+json"}
    )

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        kind = response.get("Content-Type", "").partition(";")[0]
        if response.streaming or kind not in self.KINDS:
            return response
        return super().process_response(request, response)


def kept_by_nobody(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Let no browser and no proxy keep an answer: it is personal and soon out of date, so Back has to ask again.

    Calendars say themselves that the program that asked may keep them (`config.calendar_feeds`).
    Static files never come here. A cache that keeps answers all the same is told by `Vary` what they depend on.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.get("Cache-Control") != KEPT_BY_THE_PROGRAM:
            response["Cache-Control"] = "no-store"
        patch_vary_headers(response, ("HX-Request", "HX-Target"))
        return response

    return middleware


def _door(path: str) -> Door:
    """Return which of the three doors of the site a path belongs to."""
    if path.startswith("/api/"):
        return Door.API
    if path.startswith("/admin/"):
        return Door.ADMIN
    return Door.PAGE


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Send the Permissions-Policy header with every answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Permissions-Policy"] = PERMISSIONS_POLICY
        return response

    return middleware
