"""The training matrix: its pages, and what a cell and the head of a column open."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from attendance.forms.lists import learner_ids
from attendance.forms.matrix import BY_NAME, MatrixForm, address_of, place_of
from attendance.pages.first_steps import is_empty_site
from attendance.pages.matrix import matrix, matrix_counts
from attendance.pages.matrix_details import cell_details, column_details
from attendance.pages.worker import get_worker
from attendance.services.attendees import add_attendees, create_draft_for
from learners.selectors.as_of import NotADay, day_of
from learners.selectors.compliance import last_run_at
from training.core.permissions import Permission, check_may, requires
from training.core.sorting import Sort
from training.core.web.answers import answer, go
from training.core.web.htmx import HtmxRequest
from training.selectors.sessions import get_session

KEPT = ("q", "company", "role", "area", "person", "columns", "sort")  # kept in the address when the day changes


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def training_matrix(request: HtmxRequest) -> HttpResponse:
    """Show a page of the matrix, for today or as of another day; HTMX gets the matrix and the counts alone."""
    today = timezone.localdate()
    form = MatrixForm(request.GET)
    on, refusal = None, None
    try:
        on = day_of(request.GET.get("on", ""), today=today)
    except NotADay as error:
        refusal = error
    wanted = form.wanted_matrix(on=on)
    shown = matrix(
        wanted,
        place_of(request.GET.get("after", ""), request.GET.get("before", "")),
        now=timezone.now(),
        warning_days=settings.EXPIRY_WARNING_DAYS,
    )
    context: dict[str, Any] = {
        "form": form,
        "matrix": shown,
        "sort": Sort(BY_NAME) if wanted.by_name else Sort(),
        "on": on,
        "as_of": f"?on={on}" if on else "",
        "today": today,
        "kept": [(name, value) for name, value in request.GET.items() if name in KEPT],
        "refusal": refusal,
        "is_empty_site": is_empty_site,  # a function, because it is only asked if the matrix is empty
        "is_narrowed": form.is_narrowed,
        "after": address_of(shown.after),
        "before": address_of(shown.before),
        "updated_at": last_run_at(),
    }
    if on is None:
        context |= {
            "group": wanted.workers.group,
            "counts": matrix_counts(wanted, today=today, warning_days=settings.EXPIRY_WARNING_DAYS).items(),
            "counts_everybody": wanted.workers.leaves_active and wanted.red_course is None,
            "list_url": request.path,
        }
    status = 422 if refusal else 200
    return answer(request, "attendance/matrix.html", part="swapped", target="matrix", status=status, **context)


@requires(Permission.READ_SITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def matrix_cell(request: HtmxRequest, pk: int, course_id: int) -> HttpResponse:
    """Open one cell: the reason, the proof, and sessions that offer the training.

    A POST puts the worker on the list of `session`. Without HTMX a GET goes to the profile, which tells the same.
    """
    learner = get_worker(pk)
    text = ""
    if request.method == "POST":
        check_may(request.user, Permission.ADD_WALK_IN)
        (session_id,) = learner_ids(request.POST.getlist("session")[:1])
        add_attendees(session_id=session_id, learner_ids=[pk], by=request.user, now=timezone.now())
        session = get_session(session_id, user=request.user)
        text = _("%(worker)s is on the list of %(session)s.") % {"worker": learner.name, "session": session}
        if not request.htmx:
            messages.success(request, text)
    if not request.htmx:
        return redirect("attendance:worker", pk)
    on = day_of(request.GET.get("on", ""), today=timezone.localdate())
    details = cell_details(learner, course_id, on=on, now=timezone.now(), warning_days=settings.EXPIRY_WARNING_DAYS)
    return render(request, "attendance/matrix.html#cell", {"details": details, "on": on, "text": text})


@requires(Permission.READ_SITE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def matrix_course(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask whether to plan a session for those of a filter who are not cleared for a course; a POST makes the draft."""
    form = MatrixForm(request.GET)
    details = column_details(
        form.wanted_matrix(on=None), pk, now=timezone.now(), warning_days=settings.EXPIRY_WARNING_DAYS
    )
    if request.method != "POST":
        return answer(request, "attendance/matrix_course.html", part="dialog", details=details)
    draft = create_draft_for(course_id=pk, learner_ids=details.to_plan, by=request.user, now=timezone.now())
    count = len(details.to_plan)
    told = ngettext(
        "%(count)d worker is on the list. Give the session a day and a time, then schedule it.",
        "%(count)d workers are on the list. Give the session a day and a time, then schedule it.",
        count,
    )
    messages.success(request, told % {"count": count})
    return go(request, "attendance:session", draft.pk)
