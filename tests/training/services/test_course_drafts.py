"""New courses, and drafts of versions while nobody can have pinned them."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from tests.factories.training import CourseFactory, CourseVersionFactory
from training.core.refusals import NotPermitted
from training.models import Course, CoursePrerequisite, CourseVersion
from training.policies.courses import SyllabusInvalid, VersionInUse
from training.services.courses import (
    CourseInvalid,
    Syllabus,
    create_course,
    edit_draft_version,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)


def test_a_course_is_added_by_its_code(supervisor: User):
    course = create_course(code="HSE-001", by=supervisor)

    assert Course.objects.get() == course
    assert (course.code, course.created_by) == ("HSE-001", supervisor)


@pytest.mark.parametrize("code", ["", "hse-001", "HSE-1", "HSE-001\n", "HSE-\u0660\u0660\u0661", "TAKE-001"])
def test_a_code_of_the_wrong_form_or_taken_is_refused_at_its_field(supervisor: User, code: str):
    CourseFactory(code="TAKE-001", deleted_at=NOW)

    with pytest.raises(CourseInvalid) as caught:
        create_course(code=code, by=supervisor)

    assert list(caught.value.errors) == ["code"]
    assert Course.objects.count() == 1


def test_a_draft_is_edited_and_keeps_what_is_left_out(supervisor: User):
    draft = CourseVersionFactory(status="DRAFT", validity_months=12)
    kept, dropped, added = CourseFactory(), CourseFactory(), CourseFactory()
    for course in (kept, dropped):
        CoursePrerequisite.objects.create(course_version=draft, course=course)

    edit_draft_version(version_id=draft.pk, syllabus=Syllabus(title="First aid"), by=supervisor, now=NOW)
    draft.refresh_from_db()
    assert (draft.title, draft.validity_months, draft.updated_by) == ("First aid", 12, supervisor)
    assert set(draft.prerequisites.all()) == {kept, dropped}

    wanted = [kept.pk, added.pk]
    edit_draft_version(version_id=draft.pk, syllabus={}, prerequisites=wanted, by=supervisor, now=NOW)
    assert set(draft.prerequisites.all()) == {kept, added}


def test_s12_what_was_published_is_not_edited(supervisor: User):
    version = CourseVersionFactory(validity_months=12)

    with pytest.raises(VersionInUse, match="Make a new version"):
        edit_draft_version(version_id=version.pk, syllabus=Syllabus(validity_months=1), by=supervisor, now=NOW)

    assert CourseVersion.objects.get().validity_months == 12


def test_a_field_out_of_bounds_is_refused_and_nothing_is_saved(supervisor: User):
    draft = CourseVersionFactory(status="DRAFT", validity_months=12)
    syllabus = Syllabus(title="First aid", validity_months=121)

    with pytest.raises(SyllabusInvalid) as caught:
        edit_draft_version(version_id=draft.pk, syllabus=syllabus, by=supervisor, now=NOW)

    assert "validity_months" in caught.value.errors
    assert CourseVersion.objects.get().title == draft.title


def test_courses_are_kept_by_those_who_keep_the_library(auditor: User):
    draft = CourseVersionFactory(status="DRAFT")

    with pytest.raises(NotPermitted):
        create_course(code="HSE-001", by=auditor)
    with pytest.raises(NotPermitted):
        edit_draft_version(version_id=draft.pk, syllabus={}, by=auditor, now=NOW)
