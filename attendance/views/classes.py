"""Classes: the list, the page of one class with its months, the captures that are missing, and the file of hours."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from attendance.forms.classes import ExportForm, MonthForm
from attendance.pages.classes import (
    ClassFilter,
    class_board,
    class_lines,
    count_by_state,
    rhythm,
    timetable,
)
from attendance.pages.first_steps import is_empty_site
from attendance.papers.class_lists import CLASS_SORTS, classes_asked_for
from attendance.tasks import HOURS, export_form, hours_asked_for
from training.core.permissions import Permission, requires
from training.core.sorting import sort_of, sorted_by
from training.core.web.answers import answer
from training.core.web.htmx import HtmxRequest, posted, swaps
from training.papers.lists import ROWS_AT_ONCE
from training.selectors.classes import captures_missing, status_history, visible_class
from training.selectors.courses import published_version
from training.services.job_kinds import untold
from training.templatetags.form_key import FIELD
from training.views.exports import hand_over
from training.views.jobs import ask_and_show

ROWS_PER_PAGE = 50


@requires(Permission.READ_CLASS)
@never_cache
@require_safe
def classes(request: HtmxRequest) -> HttpResponse:
    """List the classes that match the filter, the latest first; HTMX gets the list alone."""
    today = timezone.localdate()
    asked = classes_asked_for(request.GET, by=request.user)
    sort = sort_of(request.GET.get("sort", ""), CLASS_SORTS)
    rows = sorted_by(asked.rows, sort, CLASS_SORTS)
    page = Paginator(rows, ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "form": asked.form,
        "sort": sort,
        "shown": asked.shown,
        "is_narrowed": asked.wanted != ClassFilter(),
        "counts": count_by_state(asked.found).items(),
        "is_empty_site": is_empty_site,  # a function, because it is only asked if the list is empty
        "missing": captures_missing(request.user, today=today).count(),
        "page": page,
        "lines": class_lines(page.object_list, today=today),  # type: ignore[arg-type]  # a sliced queryset
    }
    return answer(request, "attendance/classes.html", part="swapped", target="classes", **context)


@requires(Permission.READ_CLASS)
@never_cache
@require_safe
def class_captures(request: HtmxRequest) -> HttpResponse:
    """List the meetings before today that nobody has captured, the oldest first."""
    today = timezone.localdate()
    page = Paginator(captures_missing(request.user, today=today), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return answer(request, "attendance/class_captures.html", page=page, today=today)


@requires(Permission.READ_CLASS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def class_hours(request: HtmxRequest) -> HttpResponseBase:
    """Ask for the columns and the kind of file; on POST give the file of hours, of classes that this person may read.

    A short file comes at once; a job makes a long one. The page starts with the filters of the list, which are in the
    address.
    """
    initial = {"show": ExportForm.usually, **request.GET.dict()}
    form = export_form(posted(request), by=request.user, initial=initial)
    if not form.is_valid():
        return answer(request, "attendance/class_hours.html", form=form, status=422 if form.is_bound else 200)
    asked = hours_asked_for(form, by=request.user, now=timezone.now())
    if len(asked.rows) > ROWS_AT_ONCE:
        return ask_and_show(request, kind=HOURS.name, title=_("Hours of classes"), query=_without_token(request.POST))
    return hand_over(request, asked.make(tell=untold), kind=HOURS.name, query=_without_token(request.POST))


@requires(Permission.READ_CLASS)
@never_cache
@require_safe
def class_page(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a class with the month that `?month=2026-03` names; HTMX gets only the parts that depend on the month."""
    training_class = visible_class(request.user, pk)
    month = MonthForm(request.GET).month_or_none()
    board = class_board(training_class, month=month, user=request.user, today=timezone.localdate())
    if swaps(request, "class-board"):
        return render(request, "attendance/class.html#board", {"board": board})
    return answer(
        request,
        "attendance/class.html",
        board=board,
        version=published_version(training_class.course_id) if training_class.course_id else None,
        rhythm=rhythm(training_class),
        timetable=timetable(training_class),
        history=status_history(training_class),
    )


def _without_token(sent: QueryDict) -> str:
    """Return what was sent as the query of an address, without the CSRF token."""
    query = sent.copy()
    for name in ("csrfmiddlewaretoken", FIELD):
        query.pop(name, None)
    return query.urlencode()
