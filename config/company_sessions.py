"""Whoever leaves the company, or a group of it, is out within minutes (N2, ADR 70).

The refresh token of each session that began at the company's sign-in page lies encrypted in a table, outside the
session, whose parallel writers would overwrite a token that the provider has exchanged. Every five minutes one of the
requests asks the provider with it; the others go on meanwhile. No lock is held and no transaction is open during the
call.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

import jwt
import requests
import structlog
from allauth.account.signals import user_logged_in
from allauth.socialaccount.models import SocialAccount, SocialLogin
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.db.models import F, Q
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from config import secret_texts
from config.company_accounts import REFRESH, granted, take_over
from config.models import CompanySession

logger = structlog.get_logger(__name__)

KEY = "company"  # in the session
CHECKED_EVERY = timedelta(minutes=5)
GRACE = timedelta(minutes=15)  # after a check was due, where the provider does not answer
ASKING = timedelta(seconds=10)  # whoever asks has an answer before, or was killed
BUDGET_SECONDS = 2.0
ENDPOINTS_KEPT_SECONDS = 3600

NOT_UNDERSTOOD = (requests.RequestException, jwt.PyJWTError, ValueError, KeyError, TypeError, AttributeError)

_endpoints: dict[str, tuple[float, dict[str, str]]] = {}  # what the provider's document says, by issuer


class Belongs(Enum):
    """What the provider says about somebody."""

    YES = auto()
    NO = auto()
    NO_ANSWER = auto()


@dataclass(frozen=True)
class Answer:
    """What the provider says, with the claims and the new refresh token if there is one."""

    belongs: Belongs
    claims: dict[str, Any]
    refresh: str = ""


NO = Answer(Belongs.NO, {})
NO_ANSWER = Answer(Belongs.NO_ANSWER, {})


class CompanySessionMiddleware:
    """Sign out whoever has a session of the company that the company no longer stands for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and not getattr(request, "by_token", False):
            key = request.session.get(KEY)
            if key and not still_belongs(key, user=user, now=timezone.now()):
                logout(request)
        return self.get_response(request)


def still_belongs(key: str, *, user: User, now: datetime) -> bool:
    """Tell whether a session may go on, and ask the provider where that is due and nobody else does it."""
    row = CompanySession.objects.filter(key=key, user_id=user.pk).first()
    if row is None:
        return False
    due = row.checked_at + CHECKED_EVERY
    if now < due:
        return True
    is_within_grace = now < due + GRACE
    nobody_asks = Q(asked_at__isnull=True) | Q(asked_at__lt=now - ASKING) | Q(asked_at__lte=F("checked_at"))
    mine = CompanySession.objects.filter(nobody_asks, key=key, checked_at=row.checked_at).update(asked_at=now)
    if not mine:
        return is_within_grace
    answer = _ask(row, user)
    if answer.refresh:  # the one before opens nothing any more, whatever else was answered
        CompanySession.objects.filter(key=key).update(refresh=secret_texts.encrypt(answer.refresh))
    match answer.belongs:
        case Belongs.NO:
            return False
        case Belongs.NO_ANSWER:
            return is_within_grace
    roles = granted(answer.claims)
    take_over(user, roles)
    if roles:
        CompanySession.objects.filter(key=key).update(checked_at=now)
    else:
        CompanySession.objects.filter(user_id=user.pk).delete()  # in every browser
    return bool(roles)


# The call


def _ask(row: CompanySession, user: User) -> Answer:
    """Ask the provider by the refresh token, within the budget. No answer is one that cannot be understood, too."""
    account = SocialAccount.objects.filter(user_id=user.pk).first()
    if account is None:
        return NO
    try:
        return _exchange(secret_texts.decrypt(row.refresh), sub=account.uid)
    except InvalidToken:
        return NO  # the secret key was changed, and the former one is forgotten
    except NOT_UNDERSTOOD as error:
        logger.warning("single_sign_on_not_checked", exception=type(error).__name__)
        return NO_ANSWER


def _exchange(refresh: str, *, sub: str) -> Answer:
    until = time.monotonic() + BUDGET_SECONDS

    def left() -> float:
        rest = until - time.monotonic()
        if rest <= 0:
            raise requests.Timeout
        return rest

    places = _places(left())
    answer = requests.post(
        places["token_endpoint"],
        data={"grant_type": "refresh_token", "refresh_token": refresh},
        auth=(settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET),
        allow_redirects=False,
        timeout=left(),
    )
    if answer.status_code == 400 and answer.json().get("error") == "invalid_grant":
        return NO
    answer.raise_for_status()
    tokens = answer.json()
    new: str = tokens.get("refresh_token") or ""
    try:
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        told = requests.get(places["userinfo_endpoint"], headers=headers, timeout=left())
        told.raise_for_status()
        claims = {**_claims_of(tokens.get("id_token")), **told.json()}
    except NOT_UNDERSTOOD as error:  # the token may have been exchanged already: the new one must not be lost
        logger.warning("single_sign_on_not_checked", exception=type(error).__name__)
        return Answer(Belongs.NO_ANSWER, {}, new)
    return Answer(Belongs.YES, claims, new) if claims.get("sub") == sub else NO


def _claims_of(id_token: str | None) -> dict[str, Any]:
    """Return the claims of a token that came over TLS from the provider itself: its signature says nothing more."""
    if not id_token:
        return {}
    checked: Any = {"verify_signature": False, "verify_aud": True, "verify_exp": True}
    claims: dict[str, Any] = jwt.decode(id_token, options=checked, audience=settings.OIDC_CLIENT_ID)
    return claims


def _places(seconds: float) -> dict[str, str]:
    """Return the addresses of the provider, from its document, which is read once an hour."""
    issuer: str = settings.OIDC_ISSUER
    read_at, places = _endpoints.get(issuer, (0.0, {}))
    if not places or time.monotonic() - read_at > ENDPOINTS_KEPT_SECONDS:
        answer = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=seconds)
        answer.raise_for_status()
        places = answer.json()
        _endpoints[issuer] = (time.monotonic(), places)
    return places


# Beginning and end


@receiver(user_logged_in, dispatch_uid="company_sessions")
def begin(*, request: HttpRequest, user: User, sociallogin: SocialLogin | None = None, **_signal: Any) -> None:
    """Keep the refresh token of a session that began at the company's sign-in page."""
    if sociallogin is None:
        return
    now = timezone.now()
    CompanySession.objects.filter(began_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE)).delete()
    row = CompanySession.objects.create(
        key=secrets.token_urlsafe(24), user=user, refresh=sociallogin.state[REFRESH], began_at=now, checked_at=now
    )
    request.session[KEY] = row.key


@receiver(user_logged_out, dispatch_uid="company_sessions")
def end(*, request: HttpRequest | None, **_signal: Any) -> None:
    key = request.session.get(KEY) if request is not None and hasattr(request, "session") else None
    if key:
        CompanySession.objects.filter(key=key).delete()
