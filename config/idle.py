"""Nobody stays signed in who has done nothing for a while (N4).

What a page asks by itself, such as how far a job is, comes with the header `X-Polling` and is no activity. Whoever
leaves the header out keeps nothing but the own session. Activity is stored at most once a minute.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

SEEN_AT = "seen_at"  # seconds since 1970; written at sign-in (config.confirming)
POLLING = "X-Polling"
STORED_EVERY_SECONDS = 60


class IdleMiddleware:
    """Sign out whoever has done nothing for `IDLE_MINUTES`. Tokens have an end of their own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not getattr(request, "by_token", False):
            self._look_at(request)
        return self.get_response(request)

    @staticmethod
    def _look_at(request: HttpRequest) -> None:
        now = int(time.time())
        seen = request.session.get(SEEN_AT, now - STORED_EVERY_SECONDS)  # a session from before there was such a time
        if now - seen >= settings.IDLE_MINUTES * 60:
            logout(request)
        elif now - seen >= STORED_EVERY_SECONDS and POLLING not in request.headers:
            request.session[SEEN_AT] = now
