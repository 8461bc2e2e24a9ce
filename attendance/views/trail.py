"""The audit trail of a worker and of a session; their pages load it, and it is a page of its own."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.pages import trail as sources
from attendance.pages.worker import get_worker
from training.core.permissions import Permission, check_may, may, requires
from training.core.trail import Source, trail
from training.core.web.htmx import HtmxRequest
from training.models import Session


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def worker_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a worker, and who opened their evidence."""
    learner = get_worker(pk)
    return _answer(
        request, sources.of_worker(learner), of=learner.name, back_url=reverse("attendance:worker", args=[pk])
    )


@requires(Permission.READ_SESSION)
@never_cache
@require_safe
def session_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a session, its list and its evidence; a trainer sees that of own sessions."""
    session = get_object_or_404(Session.objects.select_related("course", "trainer"), pk=pk, deleted_at__isnull=True)
    check_may(request.user, Permission.READ_SESSION, session)
    back_url = reverse("attendance:session", args=[pk])
    return _answer(request, sources.of_session(session), of=session.reference, back_url=back_url)


def _answer(request: HtmxRequest, told: Sequence[Source], *, of: str, back_url: str) -> HttpResponse:
    """Answer with the page; HTMX gets the lines alone, and for "load more" the lines that follow."""
    template = "partials/_trail.html" if request.htmx else "attendance/trail.html"
    lines = trail(told, after=request.GET.get("after", ""))
    context = {
        "trail": lines,
        "trail_url": request.path,
        "of": of,
        "back_url": back_url,
        "hides_from_where": not may(request.user, Permission.READ_SITE),  # trainers: who, and not from which address
    }
    return render(request, template, context)
