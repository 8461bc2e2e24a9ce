"""The pages shown when a request breaks down or a login is stopped."""

import sys

from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views import csrf
from psycopg_pool import PoolTimeout

from config.refusal_answers import answer_refusal, refusal_of

RETRY_SECONDS = "5"


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; or 503 where every database connection was taken, so that clients and load balancers try again.

    The pages are rendered without the request, whose user may need the database.
    """
    failure = sys.exc_info()[1]
    if failure is not None and isinstance(failure.__cause__, PoolTimeout):
        busy = loader.render_to_string("503.html")
        return HttpResponse(busy, status=503, headers={"Retry-After": RETRY_SECONDS})
    refusal = refusal_of(request, failure)  # of the middlewares, which read the login before any view
    if refusal is not None:
        return answer_refusal(request, refusal)
    return HttpResponse(loader.render_to_string("500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer what came with the token of an earlier login; HTMX as after a logout: its page takes over the new one."""
    if getattr(request, "htmx", False):
        return HttpResponse(_("You signed in or out meanwhile. Reload the page."), status=401)
    return csrf.csrf_failure(request, reason)
