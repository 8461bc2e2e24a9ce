"""Every answer of the API that is not a success, as a problem of RFC 9457, whichever part of the site gives it."""

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic.alias_generators import to_camel

from training.core.refusals import OutcomeUnknown, Refusal

MEDIA_TYPE = "application/problem+json"
UNKNOWN = "Outcome-Unknown"  # the header of an answer that does not tell whether something was saved
RETRY_SECONDS_OF_UNKNOWN = 10  # by then a COMMIT that was under way has ended
TYPE_OF_UNKNOWN = "urn:siteproof:problem:outcome-unknown"
API = "/api/"

# Fields that have another name on the pages than in the API.
FIELDS = {
    "course": "courseId",
    "trainer": "trainerId",
    "venue": "venueId",
    "provider": "providerId",
    "method": "methodId",
}
CONFLICT: dict[str, Any] = dict.fromkeys(("sessionId", "startTime", "endTime", "learnerId", "theirs", "yours"))

SENTENCES: dict[int, Any] = {
    HTTPStatus.FORBIDDEN: gettext_lazy("You may not do this. Ask an HSE supervisor or an administrator."),
    HTTPStatus.NOT_FOUND: gettext_lazy("There is nothing at this address."),
    HTTPStatus.METHOD_NOT_ALLOWED: gettext_lazy(
        "This method is not allowed here. The header Allow names those that are."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: gettext_lazy("The request is too large."),
    HTTPStatus.SERVICE_UNAVAILABLE: gettext_lazy("The site is busy. Try again in a few seconds."),
}

# What pydantic finds wrong with a field, in the site's words and language.
_WHOLE = gettext_lazy("Send a whole number.")
_NUMBER = gettext_lazy("Send a number.")
_TRUTH = gettext_lazy("Send true or false.")
_OBJECT = gettext_lazy("Send an object.")
_ONE_OF = gettext_lazy("Send one of these: %(expected)s.")
MISFITS: dict[str, Any] = {
    "missing": gettext_lazy("This field is required."),
    "extra_forbidden": gettext_lazy("There is no such field."),
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
    "string_type": gettext_lazy("Send a text."),
    "list_type": gettext_lazy("Send a list."),
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "greater_than_equal": gettext_lazy("Send at least %(ge)s."),
    "less_than_equal": gettext_lazy("Send at most %(le)s."),
    "string_too_long": gettext_lazy("Send at most %(max_length)s characters."),
    "too_short": gettext_lazy("Send at least %(min_length)s."),
    "too_long": gettext_lazy("Send at most %(max_length)s."),
}


def problem(
    status: int,
    detail: str,
    *,
    errors: Mapping[str, list[str]] | None = None,
    conflict: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    kind: str = "about:blank",
) -> HttpResponse:
    """Return a problem as the answer to a request.

    Args:
        detail: a sentence that a person may read.
        errors: sentences by field.
        conflict: what the request conflicts with.
        kind: the URI of its type, where the status alone does not say enough.
    """
    body: dict[str, Any] = {
        "type": kind,
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    if conflict:
        body["conflict"] = conflict
    content = json.dumps(body, cls=DjangoJSONEncoder)
    return HttpResponse(content, status=status, content_type=MEDIA_TYPE, headers=dict(headers or {}))


def outcome_unknown(status: int, *, has_key: bool) -> HttpResponse:
    """Return the problem of a request of which nobody knows whether it was done.

    Args:
        has_key: the request came with an Idempotency-Key, so it is safe to send it again with the same one.
    """
    if not has_key:
        detail = _("We do not know whether it was saved. Check before you try again.")
        return problem(status, detail, kind=TYPE_OF_UNKNOWN, headers={UNKNOWN: "true"})
    detail = _("We do not know whether it was saved. It is safe to send it again with the same Idempotency-Key.")
    headers = {UNKNOWN: "true", "Retry-After": str(RETRY_SECONDS_OF_UNKNOWN)}
    return problem(status, detail, kind=TYPE_OF_UNKNOWN, headers=headers)


def problem_of(refusal: Refusal, *, has_key: bool = False) -> HttpResponse:
    """Return a refusal as a problem, in its own words; `has_key` is that of `outcome_unknown`."""
    if isinstance(refusal, OutcomeUnknown):
        return outcome_unknown(refusal.status, has_key=has_key)
    errors = {FIELDS.get(field, _named(field)): texts for field, texts in refusal.errors.items()}
    return problem(
        refusal.status,
        refusal.message,
        errors=errors,
        conflict=_conflict(refusal.conflict) if refusal.conflict else None,
        headers={"Retry-After": str(refusal.retry_seconds)} if refusal.retry_seconds else None,
    )


def _named(field: str) -> str:
    """Return what the API calls a field; what follows a dot, such as the kind of a number, is the sender's own."""
    head, dot, rest = field.partition(".")
    return f"{to_camel(head)}{dot}{rest}"


def sentence(status: int) -> str:
    """Return what a status means, where there is nothing better to say."""
    if status in SENTENCES:
        return str(SENTENCES[status])
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _("Something went wrong on our side. Your administrator can see the cause.")
    return _("The request is malformed.")


def field_errors(errors: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return by field what is wrong with the input, from the errors of ninja.

    The place in an error begins with the part of the request, such as the body, which is left out.
    """
    found: dict[str, list[str]] = {}
    for error in errors:
        place = ".".join(str(part) for part in error["loc"][2:] or error["loc"][1:])
        found.setdefault(place or "body", []).append(_misfit(error))
    return found


def _misfit(error: Mapping[str, Any]) -> str:
    """Return in words what is wrong, without the prefix that pydantic puts before the sentences of our own checks."""
    if error["type"] not in MISFITS:
        return str(error["msg"]).removeprefix("Value error, ")
    context = dict(error.get("ctx", {}))
    if "expected" in context:
        context["expected"] = context["expected"].replace(" or ", ", ")
    return str(MISFITS[error["type"]] % context)


def _conflict(conflict: Mapping[str, Any]) -> dict[str, Any]:
    """Return a conflict as the API tells it; one over several `rows` of a list also has the fields of the first row."""
    first: Mapping[str, Any] = next(iter(conflict.get("rows", ())), {})
    told: dict[str, Any] = _told({**first, **conflict})
    return {**CONFLICT, **told}


def _told(value: Any) -> Any:
    match value:
        case dict():
            return {to_camel(key): _told(each) for key, each in value.items()}
        case list() | tuple():
            return [_told(each) for each in value]
        case dt.datetime():
            return timezone.localtime(value).isoformat()
    return value


class ProblemMiddleware:
    """Answer with a problem what fails outside of operations: unknown paths, wrong methods, CSRF, hosts, any defect.

    The problem replaces the error page of the site; the headers of that page stay.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code < 400 or not request.path.startswith(API) or response["Content-Type"] == MEDIA_TYPE:
            return response
        if UNKNOWN in response.headers:
            told = outcome_unknown(response.status_code, has_key="Idempotency-Key" in request.headers)
        else:
            told = problem(response.status_code, sentence(response.status_code))
        response.content = told.content
        for name, value in told.items():
            response[name] = value
        response["Content-Length"] = str(len(response.content))
        return response
