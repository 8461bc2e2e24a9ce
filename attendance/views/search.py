"""The search in the top bar: an exact badge, reference or class code opens its page, anything else lists matches."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.pages.search import Found, Most, find, find_exactly
from learners.models import Learner
from training.core.permissions import Permission, may, requires
from training.core.web.htmx import HtmxRequest
from training.models import Session

LONGEST_TEXT = 250
LISTED = Most()
SUGGESTED = Most(workers=5, sessions=3, classes=2, courses=2, companies=2)


@requires(Permission.READ_SITE, Permission.READ_SESSION)
@never_cache
@require_safe
def search(request: HtmxRequest) -> HttpResponse:
    """Find what this person may read. HTMX gets the suggestions below the search field."""
    text = " ".join(request.GET.get("q", "")[:LONGEST_TEXT].replace("\0", " ").split())
    context = {"query": text, "reads_site": may(request.user, Permission.READ_SITE)}
    if request.htmx:
        context["found"] = _find(request, text, SUGGESTED) if text else None
        return render(request, "attendance/search.html#suggestions", context)
    exact = find_exactly(text, user=request.user) if text else None
    if isinstance(exact, Learner):
        return redirect("attendance:worker", exact.pk)
    if exact is not None:
        return redirect("attendance:session" if isinstance(exact, Session) else "attendance:class", exact.pk)
    context["found"] = _find(request, text, LISTED) if text else None
    return render(request, "attendance/search.html", context)


def _find(request: HtmxRequest, text: str, most: Most) -> Found:
    return find(
        text, user=request.user, today=timezone.localdate(), warning_days=settings.EXPIRY_WARNING_DAYS, most=most
    )
