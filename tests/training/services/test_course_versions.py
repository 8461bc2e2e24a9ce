"""Versions of a course: one published at most, drafts only are deleted, and what is booked keeps what it has pinned."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User

from tests.factories.training import CourseFactory, CourseVersionFactory, scheduled_session
from training.core.refusals import NotFound, NotPermitted
from training.models import CoursePrerequisite, CourseVersion
from training.policies.courses import SyllabusInvalid, VersionInUse
from training.services.courses import Syllabus, archive_version, create_version, delete_draft_version, publish_version

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
FIRST_AID = Syllabus(title="First aid", duration_minutes=90)


def draft_of(version: CourseVersion) -> CourseVersion:
    draft: CourseVersion = CourseVersionFactory(course=version.course, number=version.number + 1, status="DRAFT")
    return draft


def statuses(version: CourseVersion) -> dict[int, str]:
    return dict(version.course.versions.values_list("number", "status"))


def test_a_first_version_is_a_draft_with_number_1(supervisor: User):
    version = create_version(course_id=CourseFactory().pk, syllabus=FIRST_AID, by=supervisor, now=NOW)

    version.refresh_from_db()
    assert (version.number, version.status, version.minimum_score, version.created_by) == (1, "DRAFT", 80, supervisor)


def test_a_new_version_takes_over_what_it_does_not_change(supervisor: User):
    before = CourseVersionFactory(validity_months=36, requires_verification=True, change_log="First")
    prerequisite = CourseFactory()
    CoursePrerequisite.objects.create(course_version=before, course=prerequisite)

    version = create_version(course_id=before.course_id, syllabus=Syllabus(validity_months=24), by=supervisor, now=NOW)

    version.refresh_from_db()
    assert (version.number, version.title, version.validity_months) == (2, before.title, 24)
    assert version.requires_verification
    assert version.change_log == ""
    assert list(version.prerequisites.all()) == [prerequisite]
    assert statuses(version) == {1: "PUBLISHED", 2: "DRAFT"}


def test_a_new_version_may_drop_prerequisites(supervisor: User):
    before = CourseVersionFactory()
    CoursePrerequisite.objects.create(course_version=before, course=CourseFactory())
    version = create_version(course_id=before.course_id, syllabus=Syllabus(), prerequisites=[], by=supervisor, now=NOW)
    assert not version.prerequisites.exists()


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"title": "ab"}, "title"),
        ({"duration_minutes": 14}, "duration_minutes"),
        ({"duration_minutes": 10_001}, "duration_minutes"),
        ({"validity_months": 121}, "validity_months"),
        ({"minimum_score": 101}, "minimum_score"),
        ({"delivery_method": "TELEPATHY"}, "delivery_method"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named(supervisor: User, wrong: Syllabus, field: str):
    with pytest.raises(SyllabusInvalid) as caught:
        create_version(course_id=CourseFactory().pk, syllabus={**FIRST_AID, **wrong}, by=supervisor, now=NOW)
    assert field in caught.value.errors
    assert not CourseVersion.objects.exists()


def test_publishing_archives_the_version_before(supervisor: User):
    before = CourseVersionFactory()
    publish_version(version_id=draft_of(before).pk, by=supervisor, now=NOW)

    assert statuses(before) == {1: "ARCHIVED", 2: "PUBLISHED"}
    before.refresh_from_db()
    assert (before.updated_by, before.updated_at) == (supervisor, NOW)


def test_s12_a_scheduled_session_keeps_its_version_when_another_is_published(supervisor: User):
    version = CourseVersionFactory()
    session = scheduled_session(course_version=version)
    publish_version(version_id=draft_of(version).pk, by=supervisor, now=NOW)

    session.refresh_from_db()
    assert session.course_version == version


@pytest.mark.parametrize("status", ["PUBLISHED", "ARCHIVED"])
def test_only_drafts_are_published_and_deleted(supervisor: User, status: str):
    version = CourseVersionFactory(status=status)
    with pytest.raises(VersionInUse):
        publish_version(version_id=version.pk, by=supervisor, now=NOW)
    with pytest.raises(VersionInUse):
        delete_draft_version(version_id=version.pk, by=supervisor)
    assert statuses(version) == {1: status}


def test_a_draft_is_deleted_for_real(supervisor: User):
    draft = draft_of(CourseVersionFactory())
    CoursePrerequisite.objects.create(course_version=draft, course=CourseFactory())
    delete_draft_version(version_id=draft.pk, by=supervisor)
    assert statuses(draft) == {1: "PUBLISHED"}
    with pytest.raises(NotFound):
        publish_version(version_id=draft.pk, by=supervisor, now=NOW)


def test_the_published_version_can_be_archived_and_no_other(supervisor: User):
    published = CourseVersionFactory()
    draft = draft_of(published)
    archive_version(version_id=published.pk, by=supervisor, now=NOW)
    assert statuses(published) == {1: "ARCHIVED", 2: "DRAFT"}
    for version in (published, draft):
        with pytest.raises(VersionInUse):
            archive_version(version_id=version.pk, by=supervisor, now=NOW)


def test_only_who_keeps_the_library_may(auditor: User):
    version = CourseVersionFactory()
    draft = draft_of(version)
    with pytest.raises(NotPermitted):
        create_version(course_id=version.course_id, syllabus=FIRST_AID, by=auditor, now=NOW)
    for service in (publish_version, archive_version):
        with pytest.raises(NotPermitted):
            service(version_id=draft.pk, by=auditor, now=NOW)
    with pytest.raises(NotPermitted):
        delete_draft_version(version_id=draft.pk, by=auditor)
    assert statuses(version) == {1: "PUBLISHED", 2: "DRAFT"}
