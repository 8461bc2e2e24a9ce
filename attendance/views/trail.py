"""The audit trail of a worker and of a session. Their pages load it, and it is also a page of its own."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.pages import trail as sources
from attendance.pages.worker import get_worker
from training.core.permissions import Permission, check_may, logged_look, may, requires
from training.core.web.htmx import HtmxRequest
from training.core.web.trails import Link, told
from training.models import Session


@requires(Permission.READ_SITE)
@logged_look
@never_cache
@require_safe
def worker_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a worker, and superusers who opened their evidence."""
    learner = get_worker(pk)
    of = Link(learner.name, reverse("attendance:worker", args=[pk]))
    tells = {"tells_contact": may(request.user, Permission.KEEP_WORKERS), "tells_reads": _tells_reads(request)}
    found = sources.of_worker(learner, **tells)
    return told(request, found, of=of, exported="worker-log", export_query=f"?worker={pk}")


@requires(Permission.READ_SESSION)
@logged_look
@never_cache
@require_safe
def session_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a session, its list and its evidence; trainers see only their own sessions."""
    session = get_object_or_404(Session.objects.select_related("course", "trainer"), pk=pk, deleted_at__isnull=True)
    check_may(request.user, Permission.READ_SESSION, session)
    of = Link(session.reference, reverse("attendance:session", args=[pk]))
    # Trainers see who acted, but not from where.
    hides = not may(request.user, Permission.READ_SITE)
    found = sources.of_session(session, tells_reads=_tells_reads(request))
    return told(request, found, of=of, exported="session-log", export_query=f"?session={pk}", hides_from_where=hides)


def _tells_reads(request: HtmxRequest) -> bool:
    """Tell whether the reader learns who opened evidence: superusers do, and each look is written down (N6)."""
    return may(request.user, Permission.ADMINISTER)
