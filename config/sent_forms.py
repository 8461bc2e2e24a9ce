"""Forms that are sent more than once: a repeat gets the first answer, or is told what is known if there was none."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRedirect

from config.models import IdempotentAnswer
from config.problems import API
from config.refusal_answers import answer_refusal, place_to_look
from config.sent_once import FirstRequest, SentOutcome, claim, fingerprint_of, give_up, keep, outcome_of, rows
from training.core.permissions import signed_in
from training.core.refusals import Conflict, Invalid
from training.core.web.htmx import HtmxRequest
from training.templatetags.form_key import FIELD

KEY = re.compile(r"[\w-]{16,64}", re.ASCII)
LARGEST_KEPT_BYTES = 256 * 1024
ADMIN = "/admin/"  # messages of its pages are not kept, since one of them shows a new token


class SentOnceMiddleware:
    """Do the POST of a form once for each login, key and content; a repeat gets the answer of the first one.

    Other content under the same key is another request: somebody went back, corrected the form and sent it again. A
    request that is answered with a file is done again. A form without a key, such as one of a page from before an
    upgrade, is let through.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        mine: IdempotentAnswer | None = getattr(request, "form_claim", None)
        if mine is not None:
            _settle(request, mine, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        is_form = request.method == "POST" and not request.path.startswith(API)
        has_key = is_form and not getattr(view, "is_public", False) and FIELD in request.POST
        if has_key and (answer := self._claim(request)):
            return answer
        request.view_has_begun = True  # type: ignore[attr-defined]  # read by `may_have_saved`
        return None

    @staticmethod
    def _claim(request: HttpRequest) -> HttpResponseBase | None:
        """Claim the key; return None if this request has it now, else the answer to give."""
        key = request.POST[FIELD]
        if not KEY.fullmatch(key):
            return answer_refusal(
                request, Invalid(_("The form did not arrive complete. Reload the page and try again."))
            )
        request.form_key = key  # type: ignore[attr-defined]  # read where an answer says where to look
        assert isinstance(request.user, User)  # noqa: S101  # PermissionMiddleware has turned away everybody else
        fingerprint = fingerprint_of(request)
        mine, standing = claim(
            user=request.user,
            key=f"{_beginning(key)}{fingerprint}",
            fingerprint=fingerprint,
            now=timezone.now(),
            page=place_to_look(request),
        )
        request.form_claim = mine  # type: ignore[attr-defined]  # read when it has been answered
        return None if standing is None else _again(request, standing)


@signed_in
@require_safe
def sent(request: HtmxRequest, key: str) -> HttpResponse:
    """Tell a login what came of its form with this key: JSON to a script (`Accept: application/json`), else a page."""
    outcome, page = what_came_of(user=request.user, key=key, now=timezone.now())
    if request.accepts("text/html"):
        return render(request, "sent.html", {"outcome": outcome, "page": page})
    return JsonResponse({"outcome": outcome, "page": page})


def what_came_of(*, user: User, key: str, now: datetime) -> tuple[SentOutcome, str]:
    """Return what is known of the newest request with the key of a form, and the path of the page that shows it.

    An unknown key belongs to a form that was refused or never arrived: nothing was saved, and it can be sent again.
    """
    row = rows.filter(user=user, key__startswith=_beginning(key)).order_by("-created_at").first()
    if row is None:
        return SentOutcome.NOT_SAVED, ""
    return outcome_of(row, now=now), _target(row)


def _beginning(key: str) -> str:
    return f"form/{key}/"


# Keeping


def _settle(request: HttpRequest, mine: IdempotentAnswer, response: HttpResponseBase) -> None:
    is_htmx = bool(getattr(request, "htmx", False))
    is_short = isinstance(response, HttpResponse) and len(response.content) <= LARGEST_KEPT_BYTES
    if response.status_code >= 400 or response.streaming:
        give_up(mine, response)
    elif is_short and (is_htmx or "Location" in response.headers):
        assert isinstance(response, HttpResponse)  # noqa: S101  # for the types
        keep(
            mine,
            status=response.status_code,
            body=response.content if is_htmx else b"",
            content_type=response.get("Content-Type", "")[:100],
            headers={name: value for name, value in response.items() if name == "Location" or name.startswith("HX-")},
            messages=_messages(request),
            for_htmx=is_htmx,
        )
    elif is_htmx or not give_up(mine, response):  # a page in answer to a form usually says what is wrong
        keep(mine, status=303, headers={}, for_htmx=False, messages=_messages(request))


def _messages(request: HttpRequest) -> str:
    """Return the messages for the next page, in the form in which a session stores them; "" if there are none."""
    storage = messages.get_messages(request)
    queued = getattr(storage, "_queued_messages", ())
    if not queued or request.path.startswith(ADMIN) or not isinstance(storage, SessionStorage):
        return ""
    for message in queued:
        message._prepare()
    return str(storage.serialize_messages(queued))


# Giving again


def _again(request: HttpRequest, standing: FirstRequest) -> HttpResponse:
    row, outcome = standing.row, standing.outcome
    if row.status is not None:
        response = _kept(request, row)
    elif outcome is SentOutcome.SAVED:
        messages.warning(request, _("This was sent before, and part of it was saved. Check what is stored now."))
        response = _go(request, _target(row))
    elif outcome is SentOutcome.RUNNING:
        text = _("What you sent is still being done. Check the result before you send it again.")
        return answer_refusal(request, Conflict(text))
    else:
        text = _(
            "This was sent before and was interrupted; we do not know whether it was saved. Check before you send "
            "it again."
        )
        return answer_refusal(request, Conflict(text))
    response["Idempotent-Replayed"] = "true"
    return response


def _kept(request: HttpRequest, row: IdempotentAnswer) -> HttpResponse:
    _say_again(request, row.messages)
    if row.for_htmx and getattr(request, "htmx", False):
        return HttpResponse(
            bytes(row.body), status=row.status, content_type=row.content_type or None, headers=row.headers
        )
    return _go(request, _target(row))


def _say_again(request: HttpRequest, kept: str) -> None:
    """Queue messages for the next page, without those that wait for it already because nobody saw the first answer."""
    storage = messages.get_messages(request)
    if not kept or not isinstance(storage, SessionStorage):
        return
    waiting = storage.deserialize_messages(request.session.get(storage.session_key)) or []
    for message in storage.deserialize_messages(kept) or []:
        if message not in waiting:
            storage.add(message.level, message.message, message.extra_tags)


def _target(row: IdempotentAnswer) -> str:
    """Return where the answer leads, else the page that the form was sent from."""
    headers = row.headers or {}
    target: str = headers.get("Location") or headers.get("HX-Redirect") or row.page
    return target


def _go(request: HttpRequest, target: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(target)
    return HttpResponseRedirect(target)
