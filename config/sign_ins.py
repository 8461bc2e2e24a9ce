"""The record of sign-ins: who came in, who was turned away, from where. Kept for ever, and exported from Admin.

Written by Django's own signals, so that every way of signing in is seen. `config.attempts` limits guessing.
"""

from datetime import timedelta
from typing import Any

import pghistory
from django.contrib.auth.models import AbstractUser
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from config.client_address import client_address
from config.models import ApiToken, SignIn
from training.core.audit_context import person
from training.core.permissions import name_of

Outcome = SignIn.Outcome
# A refusal without a check takes no time, so the same one could come a thousand times a second.
REPEATED_IS_NOTED_EVERY = timedelta(minutes=1)


@receiver(user_logged_in, dispatch_uid="sign_ins")
def note_signed_in(*, request: HttpRequest | None, user: AbstractUser, **_signal: Any) -> None:
    """Note that somebody signed in, and name them in the audit for the rest of the request."""
    _note(Outcome.SIGNED_IN, request, user=user)
    pghistory.context(**person(user))


@receiver(user_logged_out, dispatch_uid="sign_ins")
def note_signed_out(*, request: HttpRequest | None, user: AbstractUser | None, **_signal: Any) -> None:
    if user is not None:
        _note(Outcome.SIGNED_OUT, request, user=user)


@receiver(user_login_failed, dispatch_uid="sign_ins")
def note_refused(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_signal: Any) -> None:
    """Note a wrong name or password, or a login that is disabled."""
    _note(Outcome.REFUSED, request, username=str(credentials.get("username") or ""))


def note_throttled(request: HttpRequest, *, username: str) -> None:
    """Note that somebody had to wait and no password was checked, at most once a minute for a name and an address."""
    _note(Outcome.THROTTLED, request, username=username, only_once=True)


def note_code_refused(request: HttpRequest, user: AbstractUser) -> None:
    """Note a wrong code of a second factor, whose password was right."""
    _note(Outcome.FACTOR_REFUSED, request, user=user)


def note_company_refused(request: HttpRequest, *, username: str) -> None:
    """Note somebody whom the company's sign-in page sent, and who was not let in."""
    _note(Outcome.REFUSED, request, username=username)


def note_confirmed(request: HttpRequest) -> None:
    """Note that somebody who is signed in was asked again, and gave the right password, code or passkey (N4)."""
    assert isinstance(request.user, AbstractUser)  # noqa: S101  # only who is signed in is asked again
    _note(Outcome.CONFIRMED, request, user=request.user)


def note_token_used(request: HttpRequest, token: ApiToken) -> None:
    """Note the first use of a token; the later ones are in the token itself and in the audit of what it does."""
    _note(Outcome.TOKEN_USED, request, user=token.user, token=token)


def note_token_refused(request: HttpRequest, token: ApiToken | None) -> None:
    """Note a refused token, at most once a minute for a token and address; nothing of an unknown token is kept."""
    _note(Outcome.TOKEN_REFUSED, request, user=token.user if token else None, token=token, only_once=True)


def name_for_axes(request: HttpRequest, credentials: dict[str, Any] | None = None) -> str | None:
    """Return the typed name, cut to what the columns of django-axes hold: axes does not check its length."""
    name = (credentials or request.POST).get("username")
    return None if name is None else _kept(str(name), 255)


def _note(
    outcome: Outcome,
    request: HttpRequest | None,
    *,
    user: AbstractUser | None = None,
    username: str = "",
    token: ApiToken | None = None,
    only_once: bool = False,
) -> None:
    row = SignIn(
        at=timezone.now(),
        outcome=outcome,
        username=_kept(user.get_username() if user else username, 150),
        name=_kept(name_of(user), 302) if user else "",
        user_id=user.pk if user else None,
        token_id=token.pk if token else None,
        address=_kept((request and client_address(request)) or "", 45),
        browser=_kept(request.headers.get("User-Agent", "") if request else "", 200),
    )
    if only_once:
        alike = {"outcome": outcome, "username": row.username, "address": row.address, "token_id": row.token_id}
        if SignIn.objects.filter(**alike, at__gt=row.at - REPEATED_IS_NOTED_EVERY).exists():
            return
    row.save(force_insert=True)


def _kept(text: str, length: int) -> str:
    """Return a text that anybody may have sent as the database can hold it, `length` characters at most."""
    return text.encode(errors="replace").decode().replace("\0", "�")[:length]
