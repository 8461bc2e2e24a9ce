"""Courses: the list, one course with its versions side by side, and a new one."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from training.core.permissions import Permission, requires
from training.core.refusals import Conflict, Invalid, Refusal
from training.core.web.htmx import HtmxRequest
from training.forms.library import NewCourseForm, course_filter
from training.models import CourseVersion
from training.pages.library_courses import compared, count_courses, course_lines, courses_mentioning, get_course
from training.pages.library_courses import line_of as line_of_course
from training.pages.library_lists import coming_sessions
from training.pages.library_trail import of_course
from training.selectors.courses import course_title
from training.services.courses import create_course_with_draft
from training.views.library.answers import asked, go, listed, shown, told

COLUMNS = {"code": ("code",), "course": ("title", "code")}


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def courses(request: HtmxRequest) -> HttpResponse:
    """List the courses by code, with what their published version says."""
    form = course_filter(request.GET)
    found = courses_mentioning(form.text)
    rows = found.filter(form.shown().condition).annotate(title=course_title("pk"))
    return listed(request, "courses", rows, form=form, counts=count_courses(found), columns=COLUMNS, lines=course_lines)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def course(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a course: its versions side by side, and the sessions that are planned."""
    course = get_course(pk)
    context = {
        "course": course,
        "line": line_of_course(course),
        "comparison": compared(course),
        "statuses": CourseVersion.Status,
    }
    return shown(request, "course", bookings=coming_sessions(course_id=pk, now=timezone.now()), **context)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def course_new(request: HtmxRequest) -> HttpResponse:
    """Add a course with the draft of its first version."""
    form = NewCourseForm(request.POST if request.method == "POST" else None)
    refusal: Refusal | None = None
    if form.is_valid():
        try:
            version = create_course_with_draft(
                code=form.cleaned_data["code"],
                syllabus=form.syllabus(),
                prerequisites=form.cleaned_data["prerequisites"],
                by=request.user,
                now=timezone.now(),
            )
        except (Invalid, Conflict) as reason:
            refusal = reason
        else:
            messages.success(request, _("The course is added. Publish its version, and sessions can be planned."))
            return go(request, "training:course", version.course_id)
    back = (_("Courses"), reverse("training:courses"))
    return asked(request, form, fields="version", heading=_("New course"), back=back, refusal=refusal)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def course_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a course and its versions."""
    course = get_course(pk)
    return told(request, of_course(course), of=(course.code, reverse("training:course", args=[pk])))
