"""The profile of a worker."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.pages.progression import hours_of_worker
from attendance.pages.worker import get_worker, worker_profile, worker_profile_as_of
from learners.pages.merging import other_badges
from learners.pages.worker_facts import worker_facts
from learners.selectors.as_of import NotADay, day_of
from learners.selectors.compliance import last_run_at
from training.core.keys import key_of
from training.core.permissions import Permission, may, requires
from training.core.web.answers import answer
from training.core.web.htmx import HtmxRequest


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def worker(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show the profile of a worker, as of today or another day (`?on=`, C8).

    `?record=` opens the sheet of a record, which HTMX gets alone.
    """
    learner = get_worker(pk)
    if learner.merged_into is not None:
        return redirect("attendance:worker", learner.merged_into.pk)
    today = timezone.localdate()
    on, refusal = None, None
    try:
        on = day_of(request.GET.get("on", ""), today=today)
    except NotADay as error:
        refusal = error
    record_id = key_of(request.GET.get("record", ""))
    warning_days = settings.EXPIRY_WARNING_DAYS
    if on is not None:
        profile = worker_profile_as_of(learner, on=on, record_id=record_id, warning_days=warning_days)
    else:
        profile = worker_profile(
            learner, record_id=record_id, today=today, now=timezone.now(), warning_days=warning_days
        )
    context: dict[str, Any] = {
        "profile": profile,
        "today": today,
        "on": on,
        "refusal": refusal,
        "updated_at": last_run_at(),
        "hours": hours_of_worker(learner.pk, on=on),
        "badges": other_badges(learner),
        "facts": worker_facts(learner, shows_contact=may(request.user, Permission.KEEP_WORKERS)),
    }
    status = 422 if refusal else 200
    return answer(request, "attendance/worker.html", part="sheet", target="sheet", status=status, **context)
