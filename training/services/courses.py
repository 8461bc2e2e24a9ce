"""Courses and the versions of their syllabus. What is taught changes by a new version, never in place (S12).

Every service locks the course first, and with it all its versions.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TypedDict

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from training.core.edits import check_unchanged
from training.core.kinds import ConflictKind
from training.core.permissions import Permission, check_may
from training.core.refusals import Conflict, Invalid, NotFound, check_fields, check_found
from training.core.transactions import acting
from training.models import Course, CoursePrerequisite, CourseVersion, Session, TrainingClass
from training.policies.courses import (
    SyllabusInvalid,
    check_can_archive,
    check_can_delete,
    check_can_edit,
    check_can_publish,
    check_prerequisites,
)
from training.selectors.courses import asked_before


class Syllabus(TypedDict, total=False):
    """What a version says, by field of `CourseVersion`. A field that is left out is taken from the version before."""

    title: str
    category: str
    duration_minutes: int
    validity_months: int
    delivery_method: str
    provider_type: str
    minimum_score: int
    requires_verification: bool
    change_log: str


TAKEN_OVER = tuple(field for field in Syllabus.__annotations__ if field != "change_log")


class CourseInvalid(Invalid):
    """The code of a course breaks its rule or is taken (400); `errors["code"]` says which."""


class CourseBooked(Conflict):
    """Open sessions, classes or other courses need the course (409)."""


def create_course(*, code: str, by: User) -> Course:
    """Add a course. It can be booked once it has a published version; its code never changes.

    Raises:
        NotPermitted: the person may not do this.
        CourseInvalid: the code has another form, or another course has it, be it a deleted one.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    course = Course(code=code, created_by=by, updated_by=by)
    with acting(by):
        check_fields(course, refusal=CourseInvalid)
        course.save()
    return course


def create_course_with_draft(
    *, code: str, syllabus: Syllabus, prerequisites: Collection[int], by: User, now: datetime
) -> CourseVersion:
    """Add a course and the draft of its first version, or neither.

    Raises:
        NotPermitted: the person may not do this.
        CourseInvalid: as `create_course`.
        SyllabusInvalid: as `create_version`.
    """
    with acting(by):
        course = create_course(code=code, by=by)
        return create_version(course_id=course.pk, syllabus=syllabus, prerequisites=prerequisites, by=by, now=now)


def create_version(
    *,
    course_id: int,
    syllabus: Syllabus,
    by: User,
    now: datetime,
    prerequisites: Collection[int] | None = None,
) -> CourseVersion:
    """Add a draft of the next version of a course, as a copy of the version before with changes.

    Args:
        syllabus: what differs from the version before; for a first version at least title and duration.
        prerequisites: keys of the courses to be held before; None takes those of the version before.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such course.
        SyllabusInvalid: a field breaks its rule, or a prerequisite asks for this course in turn.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        course = lock_course(course_id=course_id)
        before = course.versions.order_by("-number").first()
        taken_over = {field: getattr(before, field) for field in TAKEN_OVER} if before else {}
        version = CourseVersion(
            course=course, number=before.number + 1 if before else 1, created_by=by, updated_by=by, updated_at=now
        )
        for field, value in {**taken_over, **syllabus}.items():
            setattr(version, field, value)
        check_fields(version, refusal=SyllabusInvalid)
        version.save()
        if prerequisites is None:
            kept = before.prerequisite_links.filter(course__deleted_at__isnull=True) if before else None
            prerequisites = kept.values_list("course_id", flat=True) if kept is not None else ()
        _ask_before(version, prerequisites)
        return version


def edit_draft_version(
    *,
    version_id: int,
    syllabus: Syllabus,
    by: User,
    now: datetime,
    prerequisites: Collection[int] | None = None,
    loaded: datetime | None = None,
) -> CourseVersion:
    """Change a draft of a version, which no session can have pinned.

    Args:
        syllabus: what changes; a field that is left out stays as it is.
        prerequisites: keys of the courses to be held before; None leaves them as they are.
        loaded: `updated_at` of the draft when the person loaded it; None does not ask.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such version.
        VersionInUse: it is no draft.
        Stale: somebody else was faster.
        SyllabusInvalid: a field breaks its rule, or a prerequisite asks for this course in turn.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        version = _lock_version(version_id)
        check_can_edit(version)
        check_unchanged(version, loaded)
        for field, value in syllabus.items():
            setattr(version, field, value)
        version.updated_by, version.updated_at = by, now
        check_fields(version, refusal=SyllabusInvalid)
        version.save()
        if prerequisites is not None:
            _ask_before(version, prerequisites)
        return version


def publish_version(*, version_id: int, by: User, now: datetime, loaded: datetime | None = None) -> CourseVersion:
    """Make a draft the version that sessions pin from now on, and archive the one that was published before.

    Sessions that are scheduled keep the version that they have pinned (S12).

    Args:
        loaded: `updated_at` of the draft when the person loaded it; None does not ask.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such version.
        VersionInUse: it is no draft.
        Stale: somebody has changed the draft since.
        SyllabusInvalid: since the draft was written, a prerequisite has come to ask for this course in turn.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        version = _lock_version(version_id)
        check_can_publish(version)
        check_unchanged(version, loaded)
        _check_prerequisites(version, version.prerequisite_links.values_list("course_id", flat=True))
        for before in version.course.versions.filter(status=CourseVersion.Status.PUBLISHED):
            _set_status(before, CourseVersion.Status.ARCHIVED, by=by, now=now)
        return _set_status(version, CourseVersion.Status.PUBLISHED, by=by, now=now)


def archive_version(*, version_id: int, by: User, now: datetime) -> CourseVersion:
    """Withdraw the published version; the course can be booked again when another version is published.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such version.
        VersionInUse: it is not the published one.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        version = _lock_version(version_id)
        check_can_archive(version)
        return _set_status(version, CourseVersion.Status.ARCHIVED, by=by, now=now)


def delete_draft_version(*, version_id: int, by: User) -> None:
    """Delete a draft of a version for real; nothing can refer to it yet.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such version.
        VersionInUse: it is no draft.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        version = _lock_version(version_id)
        check_can_delete(version)
        version.delete()


def delete_unbooked_course(*, course_id: int, by: User, now: datetime) -> Course:
    """Take a course out of use, unless an open session, class or course needs it. Its versions and the past stay.

    It does not ask whether roles or areas require the course: `learners.services.courses.delete_course` does.

    Raises:
        NotPermitted: the person may not do this.
        NotFound: there is no such course.
        CourseBooked: as `check_unbooked`.
    """
    check_may(by, Permission.KEEP_LIBRARY)
    with acting(by):
        course = lock_course(course_id=course_id)
        check_unbooked(course)
        course.deleted_at, course.updated_by = now, by
        course.save(update_fields=("deleted_at", "updated_by", "updated_at"))
        return course


def check_unbooked(course: Course) -> None:
    """Refuse to take a course out of use that something open needs.

    Raises:
        CourseBooked: a draft or scheduled session or a class that is not stopped has it, or another course has it as a
            prerequisite.
    """
    session = course.sessions.filter(
        deleted_at__isnull=True, status__in=(Session.Status.DRAFT, Session.Status.SCHEDULED)
    ).first()
    if session is not None:
        words = {"code": course, "reference": session.reference}
        raise CourseBooked(
            _("%(code)s cannot be deleted: session %(reference)s uses it. Cancel that session first.") % words,
            conflict={"kind": ConflictKind.STATE, "session_id": session.pk},
        )
    training_class = course.classes.exclude(status=TrainingClass.Status.STOPPED).first()
    if training_class is not None:
        words = {"code": course, "class": training_class}
        raise CourseBooked(
            _("%(code)s cannot be deleted: class %(class)s uses it. Stop that class first.") % words,
            conflict={"kind": ConflictKind.STATE, "class_id": training_class.pk},
        )
    asking = (
        CourseVersion.objects.filter(prerequisite_links__course=course, course__deleted_at__isnull=True)
        .exclude(status=CourseVersion.Status.ARCHIVED)
        .select_related("course")
        .first()
    )
    if asking is not None:
        words = {"code": course, "other": asking.course}
        raise CourseBooked(
            _(
                "%(code)s cannot be deleted: it is a prerequisite of %(other)s. Change the prerequisites of that "
                "course first."
            )
            % words,
            conflict={"kind": ConflictKind.STATE, "course_id": asking.course_id},
        )


def make_versions_before(*, course_ids: Collection[int], by: User) -> dict[int, CourseVersion]:
    """Return version 0 of courses by course, and make those that are missing: what was taught before version 1 (I7).

    It says what version 1 says, for nobody knows better, and can be neither booked nor published. Three queries.
    """
    first = CourseVersion.objects.filter(course__in=course_ids, number__gte=1)
    first = first.exclude(status=CourseVersion.Status.DRAFT).order_by("course_id", "number").distinct("course_id")
    CourseVersion.objects.bulk_create(
        (
            CourseVersion(
                course_id=version.course_id,
                number=0,
                status=CourseVersion.Status.ARCHIVED,
                change_log=_("What was taught before version 1, in records of old registers."),
                created_by=by,
                updated_by=by,
                **{field: getattr(version, field) for field in TAKEN_OVER},
            )
            for version in first
        ),
        ignore_conflicts=True,
    )
    found = CourseVersion.objects.filter(course__in=course_ids, number=0)
    return {version.course_id: version for version in found}


def lock_course(*, course_id: int) -> Course:
    """Lock a course with its versions, and return it; nobody can book or require it meanwhile.

    Raises:
        NotFound: it does not exist or is deleted.
    """
    return check_found(
        Course.objects.select_for_update(no_key=True).filter(pk=course_id, deleted_at__isnull=True).first(),
        _("There is no such course; it may have been deleted."),
    )


def _lock_version(version_id: int) -> CourseVersion:
    """Lock the course of a version, and return the version as it is under the lock.

    Raises:
        NotFound: there is no such version, or its course is deleted.
    """
    course_id = CourseVersion.objects.filter(pk=version_id).values_list("course_id", flat=True).first()
    if course_id is not None:
        course = lock_course(course_id=course_id)
        version = course.versions.filter(pk=version_id).first()
        if version is not None:
            return version
    raise NotFound(_("There is no such version; it may have been deleted."))


def _ask_before(version: CourseVersion, course_ids: Iterable[int]) -> None:
    """Make exactly these courses the prerequisites of a version."""
    wanted = set(course_ids)
    _check_prerequisites(version, wanted)
    version.prerequisite_links.exclude(course__in=wanted).delete()
    listed = set(version.prerequisite_links.values_list("course_id", flat=True))
    CoursePrerequisite.objects.bulk_create(
        CoursePrerequisite(course_version=version, course_id=each) for each in sorted(wanted - listed)
    )


def _check_prerequisites(version: CourseVersion, course_ids: Iterable[int]) -> None:
    """Refuse prerequisites that lead back to the course.

    Only one course is locked, so two drafts that are written at the same moment can ask for each other. Publishing
    checks once more.
    """
    wanted = set(course_ids)
    if wanted:
        codes = dict(Course.objects.filter(deleted_at__isnull=True).values_list("pk", "code"))
        asked = asked_before(except_course_id=version.course_id)
        check_prerequisites(version.course_id, wanted, asked=asked, codes=codes)


def _set_status(version: CourseVersion, status: CourseVersion.Status, *, by: User, now: datetime) -> CourseVersion:
    version.status, version.updated_by, version.updated_at = status, by, now
    CourseVersion.objects.filter(pk=version.pk).update(status=status, updated_by=by, updated_at=now)
    return version
