"""The profile of a worker."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.selectors.progression import hours_of_worker
from attendance.selectors.worker import get_worker, worker_profile
from training.htmx import HtmxRequest, swaps
from training.permissions import Permission, requires


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def worker(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show the profile of a worker; `?record=` opens the sheet of a record, which HTMX gets alone."""
    learner = get_worker(pk)
    if learner.merged_into is not None:
        return redirect("attendance:worker", learner.merged_into.pk)
    record = request.GET.get("record", "")
    today = timezone.localdate()
    profile = worker_profile(
        learner,
        record_id=int(record) if record.isdecimal() else None,
        today=today,
        now=timezone.now(),
        warning_days=settings.EXPIRY_WARNING_DAYS,
    )
    template = "attendance/partials/_sheet.html" if swaps(request, "sheet") else "attendance/worker.html"
    return render(request, template, {"profile": profile, "today": today, "hours": hours_of_worker(learner.pk)})
