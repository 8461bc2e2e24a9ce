"""The search in the top bar: an exact badge or reference opens its page, anything else lists what matches."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.selectors.search import Found, find, find_exactly
from learners.models import Learner
from training.htmx import HtmxRequest
from training.permissions import Permission, requires

LONGEST_TEXT = 250
SUGGESTED_WORKERS = 5
SUGGESTED_SESSIONS = 3


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def search(request: HtmxRequest) -> HttpResponse:
    """Find workers and sessions. HTMX gets the suggestions below the search field."""
    text = " ".join(request.GET.get("q", "")[:LONGEST_TEXT].replace("\0", " ").split())
    if request.htmx:
        return _suggestions(request, text)
    exact = find_exactly(text, user=request.user) if text else None
    if isinstance(exact, Learner):
        return redirect("attendance:worker", exact.pk)
    if exact is not None:
        return redirect("attendance:session", exact.pk)
    found = _find(request, text) if text else None
    return render(request, "attendance/search.html", {"query": text, "found": found})


def _suggestions(request: HtmxRequest, text: str) -> HttpResponse:
    found = _find(request, text, workers=SUGGESTED_WORKERS, sessions=SUGGESTED_SESSIONS) if text else None
    return render(request, "attendance/partials/_suggestions.html", {"query": text, "found": found})


def _find(request: HtmxRequest, text: str, **limits: int) -> Found:
    return find(
        text,
        user=request.user,
        today=timezone.localdate(),
        warning_days=settings.EXPIRY_WARNING_DAYS,
        **limits,
    )
