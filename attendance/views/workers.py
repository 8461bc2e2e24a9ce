"""The list of workers, with its filters."""

from typing import Any

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.pages.first_steps import is_empty_site
from attendance.papers.worker_lists import WORKER_SORTS, workers_asked_for
from learners.pages.worker_rows import worker_rows
from learners.selectors.learners import WorkerFilter, group_counts, workers_of
from training.core.permissions import Permission, requires
from training.core.sorting import sort_of, sorted_by
from training.core.web.answers import answer
from training.core.web.htmx import HtmxRequest

ROWS_PER_PAGE = 50


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def workers(request: HtmxRequest) -> HttpResponse:
    """List the workers who match the filter, by default the worst first; HTMX gets the list and its counts."""
    today = timezone.localdate()
    warning_days = settings.EXPIRY_WARNING_DAYS
    asked = workers_asked_for(request.GET, today=today)
    wanted = asked.wanted
    sort = sort_of(request.GET.get("sort", ""), WORKER_SORTS)
    found = sorted_by(asked.rows, sort, WORKER_SORTS)
    page = Paginator(found, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "form": asked.form,
        "sort": sort,
        "group": wanted.group,
        "is_narrowed": wanted != WorkerFilter(),
        "counts_everybody": wanted.leaves_active,
        "list_url": request.path,
        "is_empty_site": is_empty_site,  # a function, because it is only asked if the list is empty
        "counts": group_counts(
            among=workers_of(wanted.without_group, today=today, warning_days=warning_days),
            today=today,
            warning_days=warning_days,
        ).items(),
        "page": page,
        "rows": worker_rows(list(page), today=today, warning_days=warning_days, found_by=wanted.text),
    }
    return answer(request, "attendance/workers.html", part="swapped", target="workers", **context)
