"""Courses: which of them can be booked, their titles, and their prerequisites."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils import timezone

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


def published_versions(course_ids: Iterable[int]) -> dict[int, CourseVersion]:
    """Return by course the version that a session would pin today, with its course; one query."""
    versions = CourseVersion.objects.select_related("course").filter(
        course__in=list(course_ids), status=CourseVersion.Status.PUBLISHED
    )
    return {each.course_id: each for each in versions}


@dataclass(frozen=True)
class InForce:
    """A version of a course, and the day of the site since which it is taught."""

    version: CourseVersion
    since: date


def versions_in_force() -> dict[int, Sequence[InForce]]:
    """Return by course every version that was ever published, the first one first, in one query (I7).

    The audit says when a version was published. Version 0 is not among them, nor are deleted courses.
    """
    events: Any = CourseVersion.pgh_event_model  # type: ignore[attr-defined]  # set by pghistory
    published = events.objects.filter(pgh_obj=OuterRef("pk"), status=CourseVersion.Status.PUBLISHED).order_by()
    first = published.values("pgh_obj").annotate(first=Min("pgh_created_at")).values("first")
    versions = (
        CourseVersion.objects.filter(number__gte=1, course__deleted_at__isnull=True)
        .exclude(status=CourseVersion.Status.DRAFT)
        .annotate(published_at=Coalesce(Subquery(first), F("created_at")))
        .select_related("course")
        .order_by("number")
    )
    found: dict[int, list[InForce]] = {}
    for version in versions:
        since = timezone.localdate(version.published_at)
        found.setdefault(version.course_id, []).append(InForce(version, since))
    return dict(found)


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
