"""Sessions: the list with its filters, and the week."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from attendance.pages.first_steps import is_empty_site
from attendance.pages.sessions import listing, session_lines
from attendance.pages.week import week
from attendance.papers.session_lists import SESSION_SORTS, session_filter, sessions_asked_for
from training.core.permissions import Permission, requires
from training.core.sorting import sort_of, sorted_by
from training.core.web.answers import answer
from training.core.web.htmx import HtmxRequest
from training.selectors.sessions import (
    SessionFilter,
    count_by_state,
    matching,
    visible_sessions,
)

ROWS_PER_PAGE = 50


@requires(Permission.READ_SESSION)
@require_safe
def sessions(request: HtmxRequest) -> HttpResponse:
    """List the sessions that match the filter, by default the open ones in order of time; HTMX gets the list alone."""
    today, now = timezone.localdate(), timezone.now()
    asked = sessions_asked_for(request.GET, by=request.user, now=now)
    sort = sort_of(request.GET.get("sort", ""), SESSION_SORTS)
    rows = sorted_by(asked.rows, sort, SESSION_SORTS)
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "form": asked.form,
        "sort": sort,
        "shown": asked.shown,
        "is_narrowed": asked.wanted != SessionFilter() or bool(asked.form.wanted_worker),
        "counts": count_by_state(asked.found, now=now).items(),
        "is_empty_site": is_empty_site,  # a function, because it is only asked if the list is empty
        "page": page,
        "lines": session_lines(page.object_list, today=today, now=now),  # type: ignore[arg-type]  # a sliced queryset
    }
    return answer(request, "attendance/sessions.html", part="swapped", target="sessions", **context)


@requires(Permission.READ_SESSION)
@require_safe
def sessions_week(request: HtmxRequest) -> HttpResponse:
    """Show the week of the day in `?week_of=`, by default of today; HTMX gets the week alone."""
    today, now = timezone.localdate(), timezone.now()
    form = session_filter(request.GET, by=request.user)
    found = listing(matching(visible_sessions(request.user), form.wanted()), form.wanted_worker)
    context: dict[str, Any] = {
        "form": form,
        "today": today,
        "week": week(found, of=form.asked_day() or today, today=today, now=now),
    }
    return answer(request, "attendance/sessions_week.html", part="week", target="week", **context)
