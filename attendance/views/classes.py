"""Classes: the list, the page of one with its months, and the captures that are missing."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.class_forms import ClassFilterForm, MonthForm
from attendance.selectors.classes import (
    ClassFilter,
    class_board,
    class_lines,
    count_by_state,
    in_state,
    matching,
    rhythm,
    timetable,
)
from training.htmx import HtmxRequest, swaps
from training.permissions import Permission, Reach, reach, requires
from training.selectors.classes import captures_missing, status_history, visible_class, visible_classes

ROWS_PER_PAGE = 50


@requires(Permission.READ_CLASS)
@never_cache
@require_safe
def classes(request: HtmxRequest) -> HttpResponse:
    """List the classes of a filter, the latest first; HTMX gets the list alone."""
    today = timezone.localdate()
    sees_everything = reach(request.user, Permission.READ_CLASS) is Reach.ALL
    form = ClassFilterForm(request.GET, sees_everything=sees_everything)
    shown, wanted = form.shown(), form.wanted()
    found = matching(visible_classes(request.user), wanted)
    page = Paginator(in_state(found, shown), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "shown": shown,
        "is_narrowed": wanted != ClassFilter(),
        "counts": count_by_state(found).items(),
        "missing": captures_missing(request.user, today=today).count(),
        "page": page,
        "lines": class_lines(page.object_list, today=today),  # type: ignore[arg-type]  # a sliced queryset
    }
    template = "attendance/partials/_classes.html" if swaps(request, "classes") else "attendance/classes.html"
    return render(request, template, context)


@requires(Permission.READ_CLASS)
@never_cache
@require_safe
def class_captures(request: HtmxRequest) -> HttpResponse:
    """List the meetings that were held and nobody has captured, the oldest first."""
    today = timezone.localdate()
    page = Paginator(captures_missing(request.user, today=today), ROWS_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "attendance/class_captures.html", {"page": page, "today": today})


@requires(Permission.READ_CLASS)
@never_cache
@require_safe
def class_page(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a class with the month of `?month=2026-03`; HTMX gets what the month changes alone."""
    training_class = visible_class(request.user, pk)
    month = MonthForm(request.GET).month_or_none()
    board = class_board(training_class, month=month, user=request.user, today=timezone.localdate())
    if swaps(request, "class-board"):
        return render(request, "attendance/partials/_class_board.html", {"board": board})
    context = {
        "board": board,
        "rhythm": rhythm(training_class),
        "timetable": timetable(training_class),
        "history": status_history(training_class),
    }
    return render(request, "attendance/class.html", context)
