"""Courses: which of them can be booked, their titles, and their prerequisites."""

from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When

from training.models import CoursePrerequisite, CourseVersion


def bookable_versions(*, search: str = "") -> QuerySet[CourseVersion]:
    """Return the published version of every course that has one, by course code, with its course.

    Args:
        search: words that must all occur in code or title.
    """
    versions = CourseVersion.objects.filter(status=CourseVersion.Status.PUBLISHED, course__deleted_at__isnull=True)
    for word in search.split():
        versions = versions.filter(Q(course__code__icontains=word) | Q(title__icontains=word))
    return versions.select_related("course").order_by("course__code")


def course_title(course: str = "course") -> Subquery:
    """Return the expression of the title of a course: of its published, else latest archived, else newest version.

    Args:
        course: the field of the outer row that refers to the course; "pk" where that row is the course.
    """
    status = CourseVersion.Status
    place = Case(When(status=status.PUBLISHED, then=0), When(status=status.ARCHIVED, then=1), default=2)
    versions = CourseVersion.objects.filter(course=OuterRef(course)).order_by(place, "-number")
    return Subquery(versions.values("title")[:1])


def published_version(course_id: int) -> CourseVersion | None:
    """Return the version that a session of the course would pin today, with its course."""
    return (
        CourseVersion.objects.select_related("course")
        .filter(course_id=course_id, status=CourseVersion.Status.PUBLISHED)
        .first()
    )


def asked_before(*, except_course_id: int) -> dict[int, set[int]]:
    """Return by course the keys of the prerequisites of its published version and its drafts, in one query.

    Args:
        except_course_id: the course whose prerequisites are being decided; it is left out.
    """
    links = CoursePrerequisite.objects.filter(course_version__course__deleted_at__isnull=True)
    links = links.exclude(course_version__status=CourseVersion.Status.ARCHIVED)
    links = links.exclude(course_version__course_id=except_course_id)
    found: dict[int, set[int]] = {}
    for course_id, first in links.values_list("course_version__course_id", "course_id"):
        found.setdefault(course_id, set()).add(first)
    return found
