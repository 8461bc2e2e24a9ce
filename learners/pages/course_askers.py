"""The roles and areas that require a course."""

from learners.models import AreaRequirement, RoleRequirement
from training.models import Course


def askers_of(course: Course) -> tuple[list[RoleRequirement], list[AreaRequirement]]:
    """Return the requirements of a course by roles and by areas, each by name, in two queries."""
    roles = RoleRequirement.objects.filter(course=course).select_related("role").order_by("role__title")
    areas = AreaRequirement.objects.filter(course=course).select_related("area").order_by("area__name")
    return list(roles), list(areas)
