"""The checks before every operation of the API: who asks, may they, do they ask too often, was this sent before."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja.utils import check_csrf

from config.api_tokens import TokenRefused, use_token
from config.attempts import CountedBy, TooManyAttempts, begin, counter
from config.client_address import client_network
from config.confirming import is_confirmed, not_confirmed
from config.models import ApiToken
from config.problems import API, outcome_unknown, problem
from config.sent_once import FirstRequest, SentOutcome, claim, fingerprint_of, give_up, keep
from config.sign_ins import note_token_refused, note_token_used
from training.core.permissions import ASKED_ANEW, SUPERUSER_ONLY, Permission, reach

SCHEME = "bearer"
Scope = ApiToken.Scope
READING_METHODS = ("GET", "HEAD", "OPTIONS")
LONGEST_KEY = 255
RETRY_SECONDS = 5  # for a repeat of a request that is still running

Run = Callable[..., HttpResponseBase]


class TokenMiddleware:
    """Let a request with a token act as the login of the token, so that the audit trail names it like any login.

    This holds under /api/ only. A request whose token is refused acts as nobody, even if it has a session's cookie.
    An address that sends many refused tokens has to wait (429). A valid token never waits for that, because a program
    with an old token may run at the same address as others whose tokens are good.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if request.path.startswith(API) and scheme:
            request.by_token = True  # type: ignore[attr-defined]  # read by the gate: it needs no CSRF token
            request.user = AnonymousUser()
            now = timezone.now()
            if scheme.lower() == SCHEME:
                self._act_by_token(request, secret.strip(), now=now)
            if token_of(request) is None:
                try:
                    begin([counter(CountedBy.TOKEN_FROM_ADDRESS, client_network(request))], now=now)
                except TooManyAttempts as refusal:
                    wait = {"Retry-After": str(refusal.seconds)}
                    return problem(HTTPStatus.TOO_MANY_REQUESTS, refusal.message, headers=wait)
        return self.get_response(request)

    @staticmethod
    def _act_by_token(request: HttpRequest, secret: str, *, now: datetime) -> None:
        try:
            token = use_token(secret, now=now)
        except TokenRefused as refused:
            note_token_refused(request, refused.token)
            request.token_refusal = refused.message  # type: ignore[attr-defined]  # read by `not_signed_in`
            return
        if token.last_used_at is None:
            note_token_used(request, token)
        request.user = token.user
        request.api_token = token  # type: ignore[attr-defined]  # read by `token_of`


def token_of(request: HttpRequest) -> ApiToken | None:
    """Return the token that a request acts by; None if it has a session instead, or acts as nobody."""
    token: ApiToken | None = getattr(request, "api_token", None)
    return token


def gate(run: Run) -> Run:
    """Return an operation with the checks that run before its input is read.

    An operation that declares no permission refuses everybody.
    """
    view = run.__self__.view_func  # type: ignore[attr-defined]  # the operation that this is a method of
    permissions = getattr(view, "permissions", None)

    @wraps(run)
    def guarded(request: HttpRequest, **values: Any) -> HttpResponseBase:
        user = request.user
        if not user.is_authenticated:
            return not_signed_in(request)
        now = timezone.now()
        if turned_away := _turned_away(request, user, permissions, now=now):
            return turned_away
        if request.method == "POST" and "Idempotency-Key" in request.headers:
            return _once(request, user, lambda: run(request, **values), now=now)
        return run(request, **values)

    return guarded


def _turned_away(
    request: HttpRequest, user: User, permissions: frozenset[Permission] | None, *, now: datetime
) -> HttpResponse | None:
    """Return the answer for a login that may not do this, or asks too often; None if it may go on."""
    if not getattr(request, "by_token", False) and check_csrf(request):
        return problem(
            HTTPStatus.FORBIDDEN,
            _("Send the header X-CSRFToken with the value of the cookie %(name)s.")
            % {"name": settings.CSRF_COOKIE_NAME},
        )
    if wait := _seconds_to_wait(user, now=now):
        return problem(
            HTTPStatus.TOO_MANY_REQUESTS,
            _("Too many requests. Wait as long as the header Retry-After says."),
            headers={"Retry-After": str(wait)},
        )
    if permissions and (token := token_of(request)) and (missing := _missing_scope(token, request, permissions)):
        return missing
    if not permissions or not any(reach(user, each) for each in permissions):
        return problem(HTTPStatus.FORBIDDEN, _("You may not do this. Ask an HSE supervisor or an administrator."))
    is_by_session = token_of(request) is None and request.method not in READING_METHODS
    if permissions <= ASKED_ANEW and is_by_session and not is_confirmed(request):
        return problem(HTTPStatus.CONFLICT, not_confirmed().message)
    return None


def not_signed_in(request: HttpRequest) -> HttpResponse:
    """Return the 401 for a request without a login; with a token that is refused, it says why."""
    if refusal := getattr(request, "token_refusal", ""):
        return problem(HTTPStatus.UNAUTHORIZED, refusal, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return problem(HTTPStatus.UNAUTHORIZED, _("Log in, or send a token."), headers={"WWW-Authenticate": "Bearer"})


def _missing_scope(token: ApiToken, request: HttpRequest, permissions: frozenset[Permission]) -> HttpResponse | None:
    """Return the 403 for a token with too narrow a scope, naming the one that is needed (N4); None if it is enough."""
    if permissions <= SUPERUSER_ONLY and token.scope != Scope.ADMIN:
        needed, sentence = Scope.ADMIN, _("This token may not revoke, correct or merge. Use one with the scope admin.")
    elif request.method not in READING_METHODS and token.scope == Scope.READ:
        needed, sentence = Scope.WRITE, _("This token may read only. Use one with the scope write.")
    else:
        return None
    challenge = f'Bearer error="insufficient_scope", scope="{needed}"'
    return problem(HTTPStatus.FORBIDDEN, sentence, headers={"WWW-Authenticate": challenge})


# Rate


def _seconds_to_wait(user: User, *, now: datetime) -> int:
    """Count a request of this minute in one statement; return the seconds to wait, 0 while there are not too many."""
    minute = now.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO config_apiuse AS known (user_id, minute, requests) VALUES (%s, %s, 1)
            ON CONFLICT (user_id) DO UPDATE SET
              requests = CASE WHEN known.minute = excluded.minute THEN known.requests + 1 ELSE 1 END,
              minute = excluded.minute
            RETURNING requests
            """,
            [user.pk, minute],
        )
        (requests,) = cursor.fetchone()
    return 0 if requests <= settings.API_REQUESTS_PER_MINUTE else 60 - now.second


# Once


def _once(request: HttpRequest, user: User, run: Callable[[], HttpResponseBase], *, now: datetime) -> HttpResponseBase:
    """Run a POST once for each key of a login, and answer a repeat as it was answered the first time (ADR 39)."""
    key = request.headers["Idempotency-Key"].strip()
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        return problem(HTTPStatus.BAD_REQUEST, _("An Idempotency-Key has 1 to 255 plain characters."))
    fingerprint = fingerprint_of(request)
    mine, standing = claim(user=user, key=key, fingerprint=fingerprint, now=now)
    if mine is None:
        assert standing is not None  # noqa: S101  # for the types
        return _again(standing, fingerprint)
    try:
        response = run()
    except Exception as error:  # an outer layer answers it; here only the key is given up
        was_lost = isinstance(error, Error)  # perhaps in COMMIT
        give_up(mine, outcome_unknown(503 if was_lost else 500, has_key=True))
        raise
    if isinstance(response, HttpResponse) and 200 <= response.status_code < 300:
        keep(mine, status=response.status_code, body=response.content, content_type=response.get("Content-Type", ""))
    else:
        give_up(mine, response)
    return response


def _again(standing: FirstRequest, fingerprint: str) -> HttpResponse:
    known = standing.row
    if known.fingerprint != fingerprint:
        return problem(HTTPStatus.CONFLICT, _("This Idempotency-Key was sent with another request. Use a new one."))
    if known.status is not None:
        headers = {"Idempotent-Replayed": "true"}
        return HttpResponse(
            bytes(known.body), status=known.status, content_type=known.content_type or None, headers=headers
        )
    if standing.outcome is SentOutcome.RUNNING:
        return problem(
            HTTPStatus.CONFLICT,
            _("The first request with this Idempotency-Key is still running. Send it again later for its answer."),
            headers={"Retry-After": str(RETRY_SECONDS)},
        )
    if standing.outcome is SentOutcome.SAVED:
        return problem(
            HTTPStatus.CONFLICT,
            _("The first request with this Idempotency-Key failed after something was saved. Check what is stored."),
        )
    return problem(
        HTTPStatus.CONFLICT,
        _(
            "The first request with this Idempotency-Key was interrupted. Check what is stored before you repeat "
            "it with a new one."
        ),
    )
