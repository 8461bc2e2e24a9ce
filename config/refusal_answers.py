"""What a refusal looks like at the doors of the site, and which errors of the database are refusals there."""

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.template import loader

from config.problems import API, problem_of
from training.refusals import Invalid, OutcomeUnknown, Refusal, refusal_at_door

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def refusal_of(request: HttpRequest, exception: BaseException | None) -> Refusal | None:
    """Return what an exception refuses; None where it is a defect.

    An error of the database that no service has caught may come after something was saved: then nobody says that
    nothing was.
    """
    match exception:
        case Refusal():
            return exception
        case Error():
            try:
                return refusal_at_door(exception, may_have_saved=request.method not in SAFE)
            except Error:
                return None
    return None


def answer_refusal(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return the sentence with its status, for whoever asked.

    Programs get a problem. HTMX gets the plain sentence, which the page shows as a toast, and swaps nothing; a browser
    gets a small page. In the browser bad input is 422 (the JSON API answers 400).
    """
    if request.path.startswith(API):
        return problem_of(refusal)
    status = 422 if refusal.status == Invalid.status else refusal.status
    headers = {"Retry-After": str(refusal.retry_seconds)} if refusal.retry_seconds else {}
    if getattr(request, "htmx", False):
        headers["HX-Reswap"] = "none"
        return HttpResponse(refusal.message, content_type="text/plain; charset=utf-8", status=status, headers=headers)
    return HttpResponse(_page(request, refusal), status=status, headers=headers)


def _page(request: HttpRequest, refusal: Refusal) -> str:
    """Return the page; where the database is gone, without what it would have to tell, such as who is signed in."""
    context = {
        "message": refusal.message,
        "wanted_to_read": request.method in SAFE,
        "is_unknown": isinstance(refusal, OutcomeUnknown),
    }
    try:
        return loader.render_to_string("refusal.html", context, request)
    except Error:
        return loader.render_to_string("refusal.html", context)
