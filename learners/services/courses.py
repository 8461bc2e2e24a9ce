"""Taking a course out of use, if no role and no area requires it."""

from datetime import datetime

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from learners.models import AreaRequirement, RoleRequirement
from training.core.refusals import Conflict
from training.core.transactions import acting
from training.models import Course
from training.services.courses import delete_unbooked_course, lock_course


class CourseRequired(Conflict):
    """A role or an area requires the course (409)."""


def delete_course(*, course_id: int, by: User, now: datetime) -> Course:
    """Take a course out of use that nothing requires and no open session needs; past records still refer to it.

    Raises:
        CourseRequired: as `check_not_required`.
        NotPermitted, NotFound, CourseBooked: as `training.services.courses.delete_unbooked_course`.
    """
    with acting(by):
        course = lock_course(course_id=course_id)
        check_not_required(course)
        return delete_unbooked_course(course_id=course_id, by=by, now=now)


def check_not_required(course: Course) -> None:
    """Refuse to take a course out of use that a role or an area requires.

    Raises:
        CourseRequired: the sentence names them.
    """
    roles = RoleRequirement.objects.filter(course=course).values_list("role__title", flat=True)
    areas = AreaRequirement.objects.filter(course=course).values_list("area__name", flat=True)
    asked_by = sorted({*roles, *areas})
    if asked_by:
        raise CourseRequired(
            _("%(code)s cannot be deleted: it is required by %(who)s. Remove that requirement first.")
            % {"code": course, "who": ", ".join(asked_by)}
        )
