"""The pages shown when a request breaks down or a login is stopped."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views import csrf
from psycopg_pool import PoolTimeout

from config.problems import UNKNOWN
from config.refusal_answers import SAFE, address_of_outcome, answer_refusal, may_have_saved, refusal_of

RETRY_SECONDS = "5"


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; or 503 where every database connection was taken, so that clients and load balancers try again.

    The pages are rendered without the request, whose user may need the database.
    """
    failure = sys.exc_info()[1]
    may_be_saved = may_have_saved(request)
    if failure is not None and isinstance(failure.__cause__, PoolTimeout) and not may_be_saved:
        busy = loader.render_to_string("503.html")
        return HttpResponse(busy, status=503, headers={"Retry-After": RETRY_SECONDS})
    refusal = refusal_of(request, failure)  # middlewares that read the login can fail before any view begins
    if refusal is not None:
        return answer_refusal(request, refusal)
    context = {
        "may_be_saved": may_be_saved,
        "look_at": address_of_outcome(request),
        "has_sent": request.method not in SAFE,
    }
    headers = {UNKNOWN: "true"} if may_be_saved else {}
    return HttpResponse(loader.render_to_string("500.html", context), status=500, headers=headers)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that carries the CSRF token of an earlier login.

    HTMX gets a 401, as after a logout, so that the page which sent it can take over the new login.
    """
    if getattr(request, "htmx", False):
        return HttpResponse(_("You have signed in or out in the meantime. Reload the page."), status=401)
    return csrf.csrf_failure(request, reason)
