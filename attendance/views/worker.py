"""Workers: the list with its filters, and the profile of one."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.selectors.progression import hours_of_worker
from attendance.selectors.worker import get_worker, worker_profile
from learners.forms import WorkerFilterForm
from learners.selectors.learners import WorkerFilter, group_counts, list_workers, worker_rows
from training.htmx import HtmxRequest, swaps
from training.permissions import Permission, requires

ROWS_PER_PAGE = 50


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def workers(request: HtmxRequest) -> HttpResponse:
    """List the workers of a filter, worst first; HTMX gets the list alone."""
    today = timezone.localdate()
    warning_days = settings.EXPIRY_WARNING_DAYS
    form = WorkerFilterForm(request.GET)
    wanted = form.wanted()
    page = Paginator(list_workers(wanted, today=today, warning_days=warning_days), ROWS_PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "group": wanted.group,
        "is_narrowed": wanted != WorkerFilter(),
        "counts": group_counts(today=today, warning_days=warning_days).items(),
        "page": page,
        "rows": worker_rows(list(page), today=today, warning_days=warning_days),
    }
    template = "attendance/partials/_workers.html" if swaps(request, "workers") else "attendance/workers.html"
    return render(request, template, context)


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
