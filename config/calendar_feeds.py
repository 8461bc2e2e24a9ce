"""Hands calendars out to programs that know their secret address (X4).

The secret stands in the query, which neither our log nor that of `deploy/nginx.conf` holds. Wrong ones are slowed by
address, as wrong tokens are (ADR 29).
"""

import hashlib

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from config.attempts import CountedBy, TooManyAttempts, begin, counter, take_back
from config.client_address import client_address
from training.core.permissions import public
from training.papers.calendar import CONTENT_TYPE, as_calendar
from training.selectors.feeds import appointments, feed_of_secret
from training.selectors.site import site_identity

LONGEST_SECRET = 100
# The program may keep the calendar, and asks each time whether it is still good; nobody between keeps it.
KEPT_BY_THE_PROGRAM = "private, no-cache"


@public
@require_safe
def calendar_feed(request: HttpRequest) -> HttpResponseBase:
    """Answer with a calendar, or 304 if the program has it already; 404 for a secret that opens none."""
    now = timezone.now()
    counters = [counter(CountedBy.FEED_FROM_ADDRESS, client_address(request) or "")]
    try:
        begin(counters, now=now)
    except TooManyAttempts as refusal:
        return HttpResponse(
            refusal.message,
            status=refusal.status,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": str(refusal.seconds)},
        )
    secret = request.GET.get("key", "")
    feed = feed_of_secret(secret) if 0 < len(secret) <= LONGEST_SECRET else None
    if feed is None:
        raise Http404
    take_back(counters)
    host = request.build_absolute_uri("/").rstrip("/")
    body = as_calendar(appointments(feed, now=now), name=str(feed), site=site_identity(), host=host)
    etag = quote_etag(hashlib.sha256(body).hexdigest())
    response = HttpResponse(body, content_type=CONTENT_TYPE, headers={"ETag": etag})
    response = get_conditional_response(request, etag=etag, response=response) or response
    response["Cache-Control"] = KEPT_BY_THE_PROGRAM
    return response
