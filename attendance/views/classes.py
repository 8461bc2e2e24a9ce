"""Classes: the list, the page of one with its months, and the captures that are missing."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attendance.class_forms import ClassFilterForm, ExportForm, MonthForm
from attendance.hours_export import as_csv, as_xlsx, hours_rows
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
from training.selectors.courses import published_version

ROWS_PER_PAGE = 50
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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
def class_hours(request: HtmxRequest) -> HttpResponse:
    """Send the hours of the classes of a filter that this person may read; before, ask for columns and kind of file.

    The filters of the list, in the address, are what the page begins with.
    """
    is_asked = "format" in request.GET
    sees_everything = reach(request.user, Permission.READ_CLASS) is Reach.ALL
    chosen = {"show": ExportForm.usually, **request.GET.dict()}
    form = ExportForm(request.GET if is_asked else None, initial=chosen, sees_everything=sees_everything)
    if not form.is_valid():
        return render(request, "attendance/class_hours.html", {"form": form}, status=422 if is_asked else 200)
    asked, columns = form.cleaned_data, form.chosen()
    classes = in_state(matching(visible_classes(request.user), form.wanted()), form.shown())
    rows = hours_rows(classes, columns, first=asked["first"], last=asked["last"])
    write = as_csv if asked["format"] == "csv" else as_xlsx
    name = f"hours-{timezone.localdate():%Y-%m-%d}.{asked['format']}"
    return HttpResponse(
        write(rows, columns),
        content_type=CONTENT_TYPES[asked["format"]],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


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
        "version": published_version(training_class.course_id) if training_class.course_id else None,
        "rhythm": rhythm(training_class),
        "timetable": timetable(training_class),
        "history": status_history(training_class),
    }
    return render(request, "attendance/class.html", context)
