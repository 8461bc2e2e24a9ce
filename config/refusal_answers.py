"""What a refusal looks like at the doors of the site, and which errors of the database are refusals there."""

from urllib.parse import urlencode, urlsplit

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import loader
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from config.problems import API, UNKNOWN, problem_of
from training.core.refusals import Invalid, NotAskedLately, OutcomeUnknown, Refusal, refusal_at_door

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def may_have_saved(request: HttpRequest) -> bool:
    """Tell whether something may have been saved: a view was begun, with a method that changes something."""
    return request.method not in SAFE and getattr(request, "view_has_begun", False)


def is_unknown(response: HttpResponseBase) -> bool:
    """Tell whether an answer leaves open whether something was saved."""
    return UNKNOWN in response.headers


def place_to_look(request: HttpRequest) -> str:
    """Return the path of the page that a request was sent from, where its effect can be seen; "/" if it says none."""
    sent_from = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(sent_from, allowed_hosts={request.get_host()}):
        return "/"
    parts = urlsplit(sent_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or "/"


def refusal_of(request: HttpRequest, exception: BaseException | None) -> Refusal | None:
    """Return an exception as a refusal; None if it is a defect.

    An error of the database that no service has caught may come after something was saved. Then the refusal does not
    say that nothing was.
    """
    match exception:
        case Refusal():
            return exception
        case Error():
            try:
                return refusal_at_door(exception, may_have_saved=may_have_saved(request))
            except Error:
                return None
    return None


def answer_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the sentence with its status, for whoever asked.

    Programs get a problem. HTMX gets the plain sentence, which the page shows as a toast, and swaps nothing; a browser
    gets a small page. In the browser bad input is 422 (the JSON API answers 400).
    """
    if request.path.startswith(API):
        return problem_of(refusal, has_key="Idempotency-Key" in request.headers)
    status = 422 if refusal.status == Invalid.status else refusal.status
    headers = {"Retry-After": str(refusal.retry_seconds)} if refusal.retry_seconds else {}
    if isinstance(refusal, OutcomeUnknown):
        headers[UNKNOWN] = "true"
    if getattr(request, "htmx", False):
        headers["HX-Reswap"] = "none"
        return HttpResponse(refusal.message, content_type="text/plain; charset=utf-8", status=status, headers=headers)
    return HttpResponse(_page(request, refusal), status=status, headers=headers)


def address_of_outcome(request: HttpRequest) -> str:
    """Return the address that tells what came of a form, else the page that it was sent from."""
    key: str = getattr(request, "form_key", "")
    return reverse("sent", args=[key]) if key else place_to_look(request)


def _page(request: HttpRequest, refusal: Refusal) -> str:
    """Return the page; if the database is gone, without what only it could tell, such as who is signed in."""
    context = {
        "message": refusal.message,
        "wanted_to_read": request.method in SAFE,
        "is_unknown": isinstance(refusal, OutcomeUnknown),
        "look_at": address_of_outcome(request),
    }
    if isinstance(refusal, NotAskedLately):
        context["confirm_at"] = f"{reverse('account_reauthenticate')}?{urlencode({'next': place_to_look(request)})}"
    try:
        return loader.render_to_string("refusal.html", context, request)
    except Error:
        return loader.render_to_string("refusal.html", context)
