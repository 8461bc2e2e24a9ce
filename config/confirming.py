"""Asking anew who somebody is, before what a stolen session must not be able to do (N4).

A view that says `@fresh` runs only for who gave the password, or what stands for it, within the last minutes. Opening
its dialog or page asks, and leads back. A POST that comes later than that is refused and not kept: who was asked sends
it again. Signing in counts as being asked.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.signals import authentication_step_completed
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from config.idle import SEEN_AT
from config.refusal_answers import SAFE, answer_refusal, place_to_look
from config.sign_ins import note_confirmed
from training.core.refusals import NotAskedLately

CONFIRMED_AT = "confirmed_at"  # seconds since 1970, in the session


def is_confirmed(request: HttpRequest) -> bool:
    """Tell whether the person was asked within the last minutes."""
    age: float = time.time() - request.session.get(CONFIRMED_AT, 0)
    return 0 <= age < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def confirm(request: HttpRequest) -> None:
    """Note that the person was asked just now, in a session with a new key: a copy of the old cookie opens nothing."""
    request.session.cycle_key()
    request.session[CONFIRMED_AT] = int(time.time())
    note_confirmed(request)


def not_confirmed() -> NotAskedLately:
    """Return the refusal of what came too late after the person was asked."""
    minutes = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT // 60
    return NotAskedLately(
        _(
            "This needs your password, given within the last %(n)d minutes. Nothing was changed. Open it again: you "
            "are asked then."
        )
        % {"n": minutes}
    )


def asking(request: HttpRequest, *, back_to: str, by_factor: bool = False) -> HttpResponse:
    """Return the answer that leads to the page that asks, and from there to `back_to`.

    Args:
        by_factor: ask for a code or a passkey, where a password is not enough.
    """
    methods = get_adapter().get_reauthentication_methods(request.user)
    if by_factor:
        methods = [each for each in methods if each["id"].startswith("mfa_")]
    address = methods[0]["url"] if methods else reverse("account_reauthenticate")
    return lead_to(request, f"{address}?{urlencode({'next': back_to})}")


def other_ways(request: HttpRequest) -> list[dict[str, str]]:
    """Return the ways in which this person can be asked other than by password: what to call each, and its address."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    back = urlencode({"next": way_back(request)})
    return [
        {"description": str(each["description"]), "url": f"{each['url']}?{back}"}
        for each in methods
        if each["url"] != reverse("account_reauthenticate")
    ]


def way_back(request: HttpRequest) -> str:
    """Return the address on this site to which a page leads back; "" if none was named, or one of another site."""
    return get_next_redirect_url(request) or ""


def lead_to(request: HttpRequest, address: str) -> HttpResponse:
    """Return the answer that leads a page, or what HTMX asked for on a page, to an address."""
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return HttpResponseRedirect(address)


class FreshMiddleware:
    """Ask before a view that says `@fresh`, and refuse its POST if that was too long ago. Tokens have scopes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "is_fresh", False) or is_confirmed(request):
            return None
        if request.method in SAFE:
            is_part = getattr(request, "htmx", False)
            return asking(request, back_to=place_to_look(request) if is_part else request.get_full_path())
        return answer_refusal(request, not_confirmed())


@receiver(user_logged_in, dispatch_uid="confirming")
def begin_session(*, request: HttpRequest, **_signal: Any) -> None:
    """Note in a new session that the person was asked and seen just now, and when it ends whatever is done in it."""
    now = int(time.time())
    request.session[CONFIRMED_AT] = request.session[SEEN_AT] = now
    request.session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))


@receiver(authentication_step_completed, dispatch_uid="confirming")
def confirm_by_factor(
    *, request: HttpRequest, user: AbstractUser, reauthenticated: bool = False, **_signal: Any
) -> None:
    """Take a code, or a passkey, that somebody was asked for as the password is taken."""
    if reauthenticated:
        confirm(request)
