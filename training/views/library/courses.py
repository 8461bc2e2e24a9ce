"""Courses: the list, one course with its versions side by side, and a new one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from training.core.permissions import Permission, requires
from training.core.web.answers import answer, go
from training.core.web.htmx import HtmxRequest, posted
from training.core.web.trails import Link
from training.forms.library import NewCourseForm
from training.pages.library_courses import compared, count_courses, course_lines, get_course
from training.pages.library_courses import line_of as line_of_course
from training.pages.library_lists import coming_sessions
from training.pages.library_trail import of_course
from training.papers.library_lists import COURSE_SORTS, courses_asked_for
from training.services.courses import create_course_with_draft
from training.views.library.frames import FORM, ListPage, filtered, first_of, library_log

COURSES = ListPage(
    name="courses",
    table="training/library/courses.html",
    heading=gettext_lazy("Courses"),
    searches=gettext_lazy("Code or title"),
    nothing=gettext_lazy("No courses here."),
    new=gettext_lazy("New course"),
    new_at="training:course_new",
)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def courses(request: HtmxRequest) -> HttpResponse:
    """List the courses by code, with the details of their published version."""
    asked = courses_asked_for(request.GET)
    counts = count_courses(asked.found)
    return filtered(request, COURSES, asked, counts=counts, columns=COURSE_SORTS, lines=course_lines)


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
        **first_of(coming_sessions(course_id=pk, now=timezone.now())),
    }
    return render(request, "training/library/course.html", context)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def course_new(request: HtmxRequest) -> HttpResponse:
    """Add a course with the draft of its first version."""
    form = NewCourseForm(posted(request))
    if form.is_valid():
        with form.refusing():
            version = create_course_with_draft(
                code=form.cleaned_data["code"],
                syllabus=form.syllabus(),
                prerequisites=form.cleaned_data["prerequisites"],
                by=request.user,
                now=timezone.now(),
            )
            messages.success(request, _("The course is added. Publish its version, and sessions can be planned."))
            return go(request, "training:course", version.course_id)
    fields, back = "training/library/version.html#fields", Link(_("Courses"), reverse("training:courses"))
    return answer(request, FORM, part="form", form=form, fields=fields, heading=_("New course"), back=back)


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def course_trail(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show who changed what about a course and its versions."""
    course = get_course(pk)
    return library_log(
        request, of_course(course), kind="course", pk=pk, of=Link(course.code, reverse("training:course", args=[pk]))
    )
