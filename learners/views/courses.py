"""The pages of a course that need its requirements, which `training` does not know; the others are in `training`."""

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from learners.pages.course_askers import askers_of
from learners.services.courses import check_not_required, delete_course
from training.core.permissions import Permission, requires
from training.core.web.answers import answer, go
from training.core.web.htmx import HtmxRequest
from training.core.web.trails import Link
from training.pages.library_courses import get_course
from training.services.courses import check_unbooked
from training.views.library.frames import QUESTION


@requires(Permission.READ_SITE)
@never_cache
@require_safe
def course_askers(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show which roles and areas require a course; HTMX gets that part alone, for the page of the course."""
    course = get_course(pk)
    roles, areas = askers_of(course)
    return answer(request, "learners/course_askers.html", part="askers", course=course, roles=roles, areas=areas)


@requires(Permission.KEEP_LIBRARY)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def course_delete(request: HtmxRequest, pk: int) -> HttpResponse:
    """Ask for confirmation, and delete a course; if it is required or booked, say so instead."""
    course = get_course(pk)
    if request.method == "POST":
        delete_course(course_id=pk, by=request.user, now=timezone.now())
        messages.success(request, _("%(code)s is deleted.") % {"code": course})
        return go(request, "training:courses")
    check_not_required(course)
    check_unbooked(course)
    heading, back = _("Delete %(code)s") % {"code": course}, Link(course.code, reverse("training:course", args=[pk]))
    return answer(request, QUESTION, part="dialog", words="learners/deletion.html#course", heading=heading, back=back)
