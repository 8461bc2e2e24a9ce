"""Prerequisites of a course: whoever could never fulfil them is spared them."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from tests.factories.training import CourseFactory, CourseVersionFactory
from training.models import Course, CoursePrerequisite, CourseVersion
from training.policies.courses import SyllabusInvalid, check_prerequisites
from training.services.courses import (
    CourseBooked,
    CourseInvalid,
    Syllabus,
    create_course_with_draft,
    create_version,
    delete_unbooked_course,
    edit_draft_version,
    publish_version,
)

NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
SYLLABUS = Syllabus(title="Working at height", duration_minutes=240)


def course(code: str, *first: Course, status: str = "PUBLISHED") -> Course:
    """Return a course whose version 1 asks for `first`."""
    version = CourseVersionFactory(course=CourseFactory(code=code), status=status)
    for each in first:
        CoursePrerequisite.objects.create(course_version=version, course=each)
    made: Course = version.course
    return made


@pytest.mark.parametrize(
    ("wanted", "asked", "sentence"),
    [
        ({1}, {}, "A course cannot be its own prerequisite. Remove AA-001."),
        ({9}, {}, "A course on the list no longer exists. Choose again."),
        (
            {4, 2},
            {2: {3}, 3: {1, 4}},
            "AA-002 itself requires this course: AA-002 → AA-003 → AA-001. Remove AA-002, or change that course first.",
        ),
    ],
)
def test_prerequisites_that_nobody_could_fulfil_are_refused(wanted, asked, sentence):
    codes = {number: f"AA-00{number}" for number in (1, 2, 3, 4)}
    with pytest.raises(SyllabusInvalid) as caught:
        check_prerequisites(1, wanted, asked=asked, codes=codes)
    assert caught.value.errors == {"prerequisites": [sentence]}


def test_a_circle_among_other_courses_ends_the_search():
    codes = {number: f"AA-00{number}" for number in (1, 2, 3)}
    around = {2: {3}, 3: {2}}
    check_prerequisites(1, {2}, asked=around, codes=codes)
    with pytest.raises(SyllabusInvalid, match=r"AA-002 → AA-003 → AA-001\."):
        check_prerequisites(1, {2}, asked=around | {3: {1, 2}}, codes=codes)  # the control: now it leads back


@pytest.mark.django_db
def test_a_draft_that_closes_a_circle_is_refused_with_nothing_saved(supervisor: User):
    base = course("AA-001")
    top = course("AA-003", course("AA-002", base))
    with pytest.raises(SyllabusInvalid, match="AA-003 → AA-002 → AA-001"):
        create_version(course_id=base.pk, syllabus={}, prerequisites=[top.pk], by=supervisor, now=NOW)
    draft = create_version(course_id=base.pk, syllabus={}, by=supervisor, now=NOW)
    with pytest.raises(SyllabusInvalid):
        edit_draft_version(
            version_id=draft.pk, syllabus=Syllabus(title="Other"), prerequisites=[top.pk], by=supervisor, now=NOW
        )
    draft.refresh_from_db()
    assert (draft.title, draft.prerequisites.count()) == ("Working at height", 0)


@pytest.mark.django_db
def test_an_archived_version_asks_for_nothing(supervisor: User):
    base = course("AA-001")
    old = course("AA-002", base, status="ARCHIVED")
    draft = create_version(course_id=base.pk, syllabus={}, prerequisites=[old.pk], by=supervisor, now=NOW)
    assert list(draft.prerequisites.all()) == [old]


@pytest.mark.django_db
def test_a_circle_of_drafts_written_at_one_moment_is_refused_when_one_is_published(supervisor: User):
    """Each writer locks its own course only, so both drafts can be there."""
    one = course("AA-001", status="DRAFT")
    other = course("AA-002", one, status="DRAFT")
    draft = one.versions.get()
    CoursePrerequisite.objects.create(course_version=draft, course=other)
    with pytest.raises(SyllabusInvalid):
        publish_version(version_id=draft.pk, by=supervisor, now=NOW)
    assert set(CourseVersion.objects.values_list("status", flat=True)) == {"DRAFT"}


@pytest.mark.django_db
def test_a_new_version_takes_over_prerequisites_but_no_deleted_ones(supervisor: User):
    kept, gone = course("AA-001"), course("AA-002")
    top = course("AA-003", kept, gone)
    Course.objects.filter(pk=gone.pk).update(deleted_at=NOW)
    draft = create_version(course_id=top.pk, syllabus={}, by=supervisor, now=NOW)
    assert list(draft.prerequisites.all()) == [kept]


@pytest.mark.django_db
def test_a_course_that_another_one_asks_for_is_not_deleted(supervisor: User):
    base = course("AA-001")
    course("AA-002", base)
    with pytest.raises(CourseBooked, match="it is a prerequisite of AA-002"):
        delete_unbooked_course(course_id=base.pk, by=supervisor, now=NOW)


@pytest.mark.django_db
def test_a_course_comes_with_its_first_draft_or_not_at_all(supervisor: User):
    base = course("AA-001")
    version = create_course_with_draft(
        code="AA-002", syllabus=SYLLABUS, prerequisites=[base.pk], by=supervisor, now=NOW
    )
    assert (str(version.course), version.number, version.status) == ("AA-002", 1, "DRAFT")
    assert list(version.prerequisites.all()) == [base]
    with pytest.raises(SyllabusInvalid):
        create_course_with_draft(code="AA-003", syllabus=Syllabus(title="x"), prerequisites=(), by=supervisor, now=NOW)
    with pytest.raises(CourseInvalid):
        create_course_with_draft(code="AA-001", syllabus=SYLLABUS, prerequisites=(), by=supervisor, now=NOW)
    assert Course.objects.count() == 2
